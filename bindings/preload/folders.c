/* Folders in another order.
 *
 * The first readdir() of an open folder reads all of it and puts the entries in an order that follows from the
 * order asked for, the folder's path and each entry's name, and from nothing else: no clock, no generator. Orders 1
 * and 2, 3 and 4, ... are each other's reverse, so that two of them have shown every two files both ways. "." and
 * ".." come first, as they mostly do. Positions of telldir() and seekdir() are places in that order.
 *
 * Not reached: what the C library reads for itself (ftw, nftw, fts, glob with GLOB_NOSORT), and programs that ask
 * the kernel without it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preload.h"

_Static_assert(sizeof(struct dirent) == sizeof(struct dirent64), "readdir and readdir64 are one function here");

typedef struct Entry {
  uint64_t key;
  struct dirent* item;
} Entry;

typedef struct Folder {
  struct Folder* next;
  DIR* stream;
  Entry* entries;
  size_t count, capacity, position;
  int error; /* that ended the reading; 0: it was read to its end */
} Folder;

typedef int (*Filter)(const struct dirent*);
typedef int (*Compare)(const struct dirent**, const struct dirent**);

static Folder* folders; /* all that are open and have been read */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct dirent* (*next_readdir)(DIR*);
static int (*next_readdir_r)(DIR*, struct dirent*, struct dirent**);
static int (*next_closedir)(DIR*);
static void (*next_rewinddir)(DIR*);
static long (*next_telldir)(DIR*);
static void (*next_seekdir)(DIR*, long);
static int (*next_scandir)(const char*, struct dirent***, Filter, Compare);
static int (*next_scandirat)(int, const char*, struct dirent***, Filter, Compare);

static void take_lock(void) { pthread_mutex_lock(&lock); }
static void give_lock(void) { pthread_mutex_unlock(&lock); }

/* A child that is forked while another thread holds the lock could never take it. */
__attribute__((constructor)) static void guard_forks(void) {
  if (ibid_file_order() != 0) pthread_atfork(take_lock, give_lock, give_lock);
}

/* The path of an open folder; empty where /proc does not tell. */
static void read_path(DIR* stream, char* path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd(stream));
  const ssize_t length = readlink(link, path, size - 1);
  path[length < 0 ? 0 : length] = '\0';
}

static uint64_t add_text(uint64_t hash, const char* text) {
  for (; *text != '\0'; ++text) hash = (hash ^ (unsigned char)*text) * 0x100000001b3U;
  return (hash ^ 0xffU) * 0x100000001b3U; /* a byte that no path has: "a" + "b" is not "ab" */
}

/* Every bit of the result depends on every bit of the value (the finisher of SplitMix64). */
static uint64_t mixed(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

static int is_dots(const char* name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

static int compare_entries(const void* left, const void* right) {
  const Entry *a = left, *b = right;
  if (a->key != b->key) return a->key < b->key ? -1 : 1;
  return strcmp(a->item->d_name, b->item->d_name);
}

static void put_in_order(Folder* folder) {
  char path[PATH_MAX];
  read_path(folder->stream, path, sizeof path);
  const uint64_t order = ibid_file_order();
  const uint64_t seed = add_text(mixed((order + 1) / 2), path);
  for (size_t i = 0; i < folder->count; ++i) {
    const char* name = folder->entries[i].item->d_name;
    const uint64_t key = mixed(add_text(seed, name)) >> 1;
    /* The reverse order has the complements; the dots stay in front of both. */
    folder->entries[i].key = is_dots(name) ? 0 : 1 + (order % 2 == 1 ? key : (UINT64_MAX >> 1) - key);
  }
  if (folder->count > 1) qsort(folder->entries, folder->count, sizeof(Entry), compare_entries);
  for (size_t i = 0; i < folder->count; ++i) folder->entries[i].item->d_off = (off_t)(i + 1);
}

static void release(Folder* folder) {
  for (size_t i = 0; i < folder->count; ++i) free(folder->entries[i].item);
  free(folder->entries);
  free(folder);
}

static int append(Folder* folder, const struct dirent* item) {
  if (folder->count == folder->capacity) {
    const size_t capacity = 2 * folder->capacity + 64;
    Entry* larger = realloc(folder->entries, capacity * sizeof(Entry));
    if (larger == NULL) return 0;
    folder->entries = larger;
    folder->capacity = capacity;
  }
  const size_t size = offsetof(struct dirent, d_name) + strlen(item->d_name) + 1;
  struct dirent* copy = malloc(size > sizeof *item ? size : sizeof *item);
  if (copy == NULL) return 0;
  memcpy(copy, item, size);
  folder->entries[folder->count++] = (Entry){0, copy};
  return 1;
}

/* All that is left of a folder. NULL: no memory. */
static Folder* read_all(DIR* stream) {
  Folder* folder = calloc(1, sizeof *folder);
  if (folder == NULL) return NULL;
  folder->stream = stream;
  for (;;) {
    errno = 0;
    const struct dirent* item = next_readdir(stream);
    if (item == NULL) break;
    if (!append(folder, item)) {
      release(folder);
      return NULL;
    }
  }
  folder->error = errno;
  put_in_order(folder);
  return folder;
}

/* The folder of a stream, read if it was not. The lock is held. NULL: no memory. */
static Folder* folder_of(DIR* stream) {
  for (Folder* folder = folders; folder != NULL; folder = folder->next) {
    if (folder->stream == stream) return folder;
  }
  const int before = errno;
  IBID_NEXT(next_readdir, "readdir64");
  Folder* folder = read_all(stream);
  errno = before;
  if (folder == NULL) return NULL;
  folder->next = folders;
  folders = folder;
  return folder;
}

static void forget(DIR* stream) {
  take_lock();
  for (Folder** at = &folders; *at != NULL; at = &(*at)->next) {
    if ((*at)->stream != stream) continue;
    Folder* gone = *at;
    *at = gone->next;
    release(gone);
    break;
  }
  give_lock();
}

/* The next entry, or NULL with the error, which is 0 at the end. */
static struct dirent* next_entry(DIR* stream, int* error) {
  take_lock();
  Folder* folder = folder_of(stream);
  struct dirent* item = NULL;
  *error = folder == NULL ? ENOMEM : folder->error;
  if (folder != NULL && folder->position < folder->count) item = folder->entries[folder->position++].item;
  give_lock();
  return item;
}

static struct dirent* read_entry(DIR* stream) {
  IBID_NEXT(next_readdir, "readdir64");
  if (ibid_file_order() == 0) return next_readdir(stream);
  int error = 0;
  struct dirent* item = next_entry(stream, &error);
  if (item == NULL && error != 0) errno = error;
  return item;
}

IBID_INTERPOSE struct dirent* readdir(DIR* stream) { return read_entry(stream); }
IBID_INTERPOSE struct dirent64* readdir64(DIR* stream) { return (struct dirent64*)read_entry(stream); }

static int read_entry_into(DIR* stream, struct dirent* room, struct dirent** result) {
  IBID_NEXT(next_readdir_r, "readdir64_r");
  if (ibid_file_order() == 0) return next_readdir_r(stream, room, result);
  int error = 0;
  const struct dirent* item = next_entry(stream, &error);
  *result = NULL;
  if (item == NULL) return error;
  const size_t length = strlen(item->d_name);
  if (length >= sizeof room->d_name) return ENAMETOOLONG;
  memcpy(room, item, offsetof(struct dirent, d_name) + length + 1);
  *result = room;
  return 0;
}

IBID_INTERPOSE int readdir_r(DIR* stream, struct dirent* room, struct dirent** result) {
  return read_entry_into(stream, room, result);
}
IBID_INTERPOSE int readdir64_r(DIR* stream, struct dirent64* room, struct dirent64** result) {
  return read_entry_into(stream, (struct dirent*)room, (struct dirent**)result);
}

IBID_INTERPOSE int closedir(DIR* stream) {
  IBID_NEXT(next_closedir, "closedir");
  if (ibid_file_order() != 0) forget(stream);
  return next_closedir(stream);
}

IBID_INTERPOSE void rewinddir(DIR* stream) {
  IBID_NEXT(next_rewinddir, "rewinddir");
  if (ibid_file_order() != 0) forget(stream);
  next_rewinddir(stream);
}

IBID_INTERPOSE long telldir(DIR* stream) {
  IBID_NEXT(next_telldir, "telldir");
  if (ibid_file_order() == 0) return next_telldir(stream);
  take_lock();
  const Folder* folder = folder_of(stream);
  const long position = folder == NULL ? -1 : (long)folder->position;
  give_lock();
  return position;
}

IBID_INTERPOSE void seekdir(DIR* stream, long position) {
  IBID_NEXT(next_seekdir, "seekdir");
  if (ibid_file_order() == 0) {
    next_seekdir(stream, position);
    return;
  }
  take_lock();
  Folder* folder = folder_of(stream);
  if (folder != NULL && position >= 0)
    folder->position = (size_t)position < folder->count ? (size_t)position : folder->count;
  give_lock();
}

/* What scandir() gives, from a stream that is open: the C library would read it by itself. */
static int gather(DIR* stream, struct dirent*** result, Filter filter, Compare compare) {
  struct dirent** list = NULL;
  size_t count = 0;
  int error = 0;
  const struct dirent* item = NULL;
  while ((item = next_entry(stream, &error)) != NULL) {
    if (filter != NULL && filter(item) == 0) continue;
    struct dirent** larger = realloc(list, (count + 1) * sizeof *list);
    if (larger != NULL) list = larger;
    const size_t size = offsetof(struct dirent, d_name) + strlen(item->d_name) + 1;
    struct dirent* copy = larger == NULL ? NULL : malloc(size > sizeof *item ? size : sizeof *item);
    error = copy == NULL ? ENOMEM : 0;
    if (copy == NULL) break;
    memcpy(copy, item, size);
    list[count++] = copy;
  }
  if (error != 0) {
    while (count > 0) free(list[--count]);
    free(list);
    errno = error;
    return -1;
  }
  if (compare != NULL && count > 1)
    qsort(list, count, sizeof *list, (int (*)(const void*, const void*))compare);
  /* An empty list is one that can be freed, as the C library's. */
  *result = list != NULL ? list : malloc(sizeof *list);
  return (int)count;
}

static int scan(DIR* stream, struct dirent*** result, Filter filter, Compare compare) {
  if (stream == NULL) return -1;
  const int count = gather(stream, result, filter, compare);
  const int error = errno;
  closedir(stream);
  errno = error;
  return count;
}

static int scan_at(int folder, const char* path, struct dirent*** result, Filter filter, Compare compare) {
  const int file = openat(folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
  return file < 0 ? -1 : scan(fdopendir(file), result, filter, compare);
}

IBID_INTERPOSE int scandir(const char* path, struct dirent*** result, Filter filter, Compare compare) {
  IBID_NEXT(next_scandir, "scandir64");
  if (ibid_file_order() == 0) return next_scandir(path, result, filter, compare);
  return scan(opendir(path), result, filter, compare);
}
IBID_INTERPOSE int scandir64(const char* path, struct dirent64*** result, int (*filter)(const struct dirent64*),
                             int (*compare)(const struct dirent64**, const struct dirent64**)) {
  return scandir(path, (struct dirent***)result, (Filter)filter, (Compare)compare);
}

IBID_INTERPOSE int scandirat(int folder, const char* path, struct dirent*** result, Filter filter, Compare compare) {
  IBID_NEXT(next_scandirat, "scandirat64");
  if (ibid_file_order() == 0) return next_scandirat(folder, path, result, filter, compare);
  return scan_at(folder, path, result, filter, compare);
}
IBID_INTERPOSE int scandirat64(int folder, const char* path, struct dirent64*** result,
                               int (*filter)(const struct dirent64*),
                               int (*compare)(const struct dirent64**, const struct dirent64**)) {
  return scandirat(folder, path, (struct dirent***)result, (Filter)filter, (Compare)compare);
}
