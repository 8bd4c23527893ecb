/* Calls every function that bindings/preload puts itself in front of, for preload_test.py.
 *
 *   preload_probe folder PATH   the names in the order in which each way of reading gives them
 *   preload_probe broken PATH   the error of reading a folder that cannot be read
 *   preload_probe clock         what each clock says, in seconds; then waits by it, and how long they took
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void list(const char* title, DIR* folder, int reentrant) {
  struct dirent room;
  struct dirent* item = NULL;
  printf("%s", title);
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  while (reentrant ? readdir_r(folder, &room, &item) == 0 && item != NULL : (item = readdir(folder)) != NULL)
    printf(" %s", item->d_name);
  printf("\n");
}

static int no_dots(const struct dirent* item) { return item->d_name[0] != '.'; }

static void scan(const char* title, const char* path, int at, int (*compare)(const struct dirent**, const struct dirent**)) {
  struct dirent** names = NULL;
  const int count = at ? scandirat(AT_FDCWD, path, &names, no_dots, compare) : scandir(path, &names, no_dots, compare);
  printf("%s", title);
  for (int i = 0; i < count; ++i) {
    printf(" %s", names[i]->d_name);
    free(names[i]);
  }
  free(names);
  printf("\n");
}

static int read_folder(const char* path) {
  DIR* folder = opendir(path);
  if (folder == NULL) return 1;
  const long start = telldir(folder);
  list("readdir", folder, 0);
  rewinddir(folder);
  list("readdir_r", folder, 1);
  seekdir(folder, start);
  list("from the start", folder, 0);
  seekdir(folder, start);
  for (int i = 0; i < 4; ++i) readdir(folder);
  const long fourth = telldir(folder);
  list("after four", folder, 0);
  seekdir(folder, fourth);
  list("after four again", folder, 0);
  closedir(folder);
  /* The stream of another folder may lie where that one lay. */
  folder = fdopendir(open(path, O_RDONLY | O_DIRECTORY));
  list("fdopendir", folder, 0);
  closedir(folder);
  scan("scandir", path, 0, NULL);
  scan("scandirat", path, 1, NULL);
  scan("sorted", path, 0, alphasort);
  return 0;
}

static int read_broken(const char* path) {
  struct dirent** names = NULL;
  DIR* folder = opendir(path);
  close(dirfd(folder));
  errno = 0;
  const struct dirent* item = readdir(folder);
  printf("readdir %d %s\n", item != NULL, strerror(errno));
  errno = 0;
  printf("scandir %d ", scandir("/nonexistent", &names, NULL, NULL));
  printf("%s\n", strerror(errno));
  return 0;
}

static double seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* A tenth of a second from now on. */
static struct timespec soon(clockid_t clock) {
  struct timespec moment;
  clock_gettime(clock, &moment);
  moment.tv_nsec += 100000000;
  moment.tv_sec += moment.tv_nsec / 1000000000;
  moment.tv_nsec %= 1000000000;
  return moment;
}

static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;

static int by_semaphore(void) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  const struct timespec until = soon(CLOCK_REALTIME);
  return sem_timedwait(&semaphore, &until) == -1 && errno == ETIMEDOUT;
}
static int by_semaphore_and_clock(void) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  const struct timespec until = soon(CLOCK_REALTIME);
  return sem_clockwait(&semaphore, CLOCK_REALTIME, &until) == -1 && errno == ETIMEDOUT;
}
static int by_condition(void) {
  const struct timespec until = soon(CLOCK_REALTIME);
  return pthread_cond_timedwait(&condition, &other, &until) == ETIMEDOUT;
}
static int by_steady_condition(void) {
  pthread_condattr_t attributes;
  pthread_cond_t steady;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&steady, &attributes);
  const struct timespec until = soon(CLOCK_MONOTONIC);
  return pthread_cond_timedwait(&steady, &other, &until) == ETIMEDOUT;
}
static int by_condition_and_clock(void) {
  const struct timespec until = soon(CLOCK_REALTIME);
  return pthread_cond_clockwait(&condition, &other, CLOCK_REALTIME, &until) == ETIMEDOUT;
}
static int by_mutex(void) {
  const struct timespec until = soon(CLOCK_REALTIME);
  return pthread_mutex_timedlock(&held, &until) == ETIMEDOUT;
}
static int by_mutex_and_clock(void) {
  const struct timespec until = soon(CLOCK_MONOTONIC);
  return pthread_mutex_clocklock(&held, CLOCK_MONOTONIC, &until) == ETIMEDOUT;
}
static int by_sleep(void) {
  const struct timespec until = soon(CLOCK_REALTIME);
  return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL) == 0;
}

static int read_clocks(void) {
  struct timeval day;
  struct timespec moment;
  gettimeofday(&day, NULL);
  timespec_get(&moment, TIME_UTC);
  printf("time %lld\n", (long long)time(NULL));
  printf("gettimeofday %lld\n", (long long)day.tv_sec);
  printf("timespec_get %lld\n", (long long)moment.tv_sec);
  printf("realtime %.0f\n", seconds(CLOCK_REALTIME));
  printf("coarse %.0f\n", seconds(CLOCK_REALTIME_COARSE));
  printf("monotonic %.0f\n", seconds(CLOCK_MONOTONIC));
  fflush(stdout);
  pthread_mutex_lock(&held);
  pthread_mutex_lock(&other);
  static int (*const waits[])(void) = {by_semaphore, by_semaphore_and_clock, by_condition, by_steady_condition,
                                       by_condition_and_clock, by_mutex, by_mutex_and_clock, by_sleep};
  for (size_t i = 0; i < sizeof waits / sizeof *waits; ++i) {
    const double before = seconds(CLOCK_MONOTONIC);
    const int ended = waits[i]();
    printf("wait %s\n", ended && seconds(CLOCK_MONOTONIC) - before >= 0.09 ? "kept" : "cut short");
  }
  return 0;
}

int main(int count, char** words) {
  if (count == 3 && strcmp(words[1], "folder") == 0) return read_folder(words[2]);
  if (count == 3 && strcmp(words[1], "broken") == 0) return read_broken(words[2]);
  if (count == 2 && strcmp(words[1], "clock") == 0) return read_clocks();
  return 2;
}
