#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preload.h"

static struct {
  int known;
  uint64_t file_order;
  int64_t time_shift;
} settings;

/* Read once, at the latest when the library is loaded: a program may clear its environment. Several threads would
 * read the same. */
static void read_settings(void) {
  if (settings.known) return;
  const char* order = getenv("IBID_PRELOAD_FILE_ORDER");
  const char* shift = getenv("IBID_PRELOAD_TIME_SHIFT");
  settings.file_order = order == NULL ? 0 : strtoull(order, NULL, 10);
  settings.time_shift = shift == NULL ? 0 : strtoll(shift, NULL, 10);
  settings.known = 1;
}

uint64_t ibid_file_order(void) {
  read_settings();
  return settings.file_order;
}

int64_t ibid_time_shift(void) {
  read_settings();
  return settings.time_shift;
}

void ibid_find_next(void** pointer, const char* name, const char* version) {
  if (*pointer != NULL) return;
  const int before = errno;
  if (version != NULL) *pointer = dlvsym(RTLD_NEXT, name, version);
  if (*pointer == NULL) *pointer = dlsym(RTLD_NEXT, name);
  errno = before;
}

/* The program that this process runs, as it may stand in a JSON text. */
static void read_program(char* text, size_t size) {
  const ssize_t length = readlink("/proc/self/exe", text, size - 1);
  text[length < 0 ? 0 : length] = '\0';
  for (char* c = text; *c != '\0'; ++c) {
    if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\') *c = '?';
  }
}

static uint64_t hash_text(const char* text) {
  uint64_t hash = 0xcbf29ce484222325U;
  for (; *text != '\0'; ++text) hash = (hash ^ (unsigned char)*text) * 0x100000001b3U;
  return hash;
}

/* One event for each program that was reached, however often it is started. */
static void tell(const char* folder, const char* name, int64_t value) {
  char program[PATH_MAX], path[PATH_MAX], line[PATH_MAX + 256];
  read_program(program, sizeof program);
  const int length = snprintf(path, sizeof path, "%s/preload-%s-%016" PRIx64 ".jsonl", folder, name, hash_text(program));
  if (length < 0 || (size_t)length >= sizeof path) return;
  const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return; /* it was told, or cannot be: then the record shows that nothing was changed */
  const int size = snprintf(line, sizeof line,
                            "{\"event\": \"enforced\", \"library\": \"libc\", \"name\": \"%s\", \"value\": %" PRId64
                            ", \"program\": \"%s\"}\n",
                            name, value, program);
  if (size > 0 && (size_t)size < sizeof line && write(file, line, (size_t)size) != size) unlink(path);
  close(file);
}

__attribute__((constructor)) static void start(void) {
  const int before = errno;
  read_settings();
  const char* folder = getenv("IBID_PRELOAD_EVENTS");
  if (folder != NULL && settings.file_order != 0) tell(folder, "readdir", (int64_t)settings.file_order);
  if (folder != NULL && settings.time_shift != 0) tell(folder, "clock", settings.time_shift);
  errno = before;
}
