/* What `ibid verify` puts in front of the C library of a program (LD_PRELOAD): the order in which folders are
 * read and the time of day. It changes nothing unless its variables say so, and reaches dynamic programs
 * only. */
#pragma once

#include <stdint.h>

/* The functions that take the place of the C library's; all others are hidden. */
#define IBID_INTERPOSE __attribute__((visibility("default")))

/* The function that would have been called without us; `pointer` is a variable that keeps it. */
void ibid_find_next(void** pointer, const char* name, const char* version);
#define IBID_NEXT(variable, name) ibid_find_next((void**)&(variable), (name), 0)

/* IBID_PRELOAD_FILE_ORDER: which order folders are read in; 0: their own. */
uint64_t ibid_file_order(void);

/* IBID_PRELOAD_TIME_SHIFT: seconds by which the time of day is shifted; 0: not at all. */
int64_t ibid_time_shift(void);
