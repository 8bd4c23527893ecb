/* Another time of day: the clocks that tell the date are shifted by so many seconds. Clocks that measure durations
 * and the times of files are left alone.
 *
 * A moment up to which a program wants to wait by the shifted clock is shifted back before it reaches the kernel,
 * which knows nothing of this; otherwise a wait of a second would become one of a year.
 *
 * Not reached: programs that ask the kernel without the C library, and timers (timer_settime, timerfd_settime) that
 * are set to a date. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <sys/time.h>
#include <time.h>

#include "preload.h"

/* pthread_cond_timedwait exists twice there; the older one is of another type of condition. */
#ifdef __x86_64__
#define CONDITION_VERSION "GLIBC_2.3.2"
#else
#define CONDITION_VERSION NULL
#endif

typedef const struct timespec* Moment;

static int (*next_clock_gettime)(clockid_t, struct timespec*);

static int tells_the_date(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_REALTIME_ALARM ||
         clock == CLOCK_TAI;
}

static int read_clock(clockid_t clock, struct timespec* now) {
  IBID_NEXT(next_clock_gettime, "clock_gettime");
  const int status = next_clock_gettime(clock, now);
  if (status == 0 && tells_the_date(clock)) now->tv_sec += (time_t)ibid_time_shift();
  return status;
}

IBID_INTERPOSE int clock_gettime(clockid_t clock, struct timespec* now) { return read_clock(clock, now); }

IBID_INTERPOSE time_t time(time_t* result) {
  /* The coarse clock, as the C library's own: its second is never ahead of the others'. */
  struct timespec now = {0, 0};
  read_clock(CLOCK_REALTIME_COARSE, &now);
  if (result != NULL) *result = now.tv_sec;
  return now.tv_sec;
}

IBID_INTERPOSE int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  static int (*next)(struct timeval*, void*);
  IBID_NEXT(next, "gettimeofday");
  const int status = next(now, zone);
  if (status == 0) now->tv_sec += (time_t)ibid_time_shift();
  return status;
}

IBID_INTERPOSE int timespec_get(struct timespec* now, int base) {
  static int (*next)(struct timespec*, int);
  IBID_NEXT(next, "timespec_get");
  const int status = next(now, base);
  if (status == TIME_UTC) now->tv_sec += (time_t)ibid_time_shift();
  return status;
}

/* The moment by the kernel's clock. */
static struct timespec shifted_back(Moment moment) {
  struct timespec real = *moment;
  real.tv_sec -= (time_t)ibid_time_shift();
  return real;
}

static int64_t distance(time_t a, time_t b) { return a < b ? (int64_t)b - a : (int64_t)a - b; }

/* A condition variable does not tell by which clock it waits: that one which the moment is nearer to. */
static int is_a_date(Moment moment) {
  struct timespec date = {0, 0}, since_boot = {0, 0};
  read_clock(CLOCK_REALTIME, &date);
  read_clock(CLOCK_MONOTONIC, &since_boot);
  return distance(moment->tv_sec, date.tv_sec) < distance(moment->tv_sec, since_boot.tv_sec);
}

IBID_INTERPOSE int pthread_cond_timedwait(pthread_cond_t* restrict condition, pthread_mutex_t* restrict mutex,
                                          Moment restrict until) {
  static int (*next)(pthread_cond_t*, pthread_mutex_t*, Moment);
  ibid_find_next((void**)&next, "pthread_cond_timedwait", CONDITION_VERSION);
  if (ibid_time_shift() == 0 || !is_a_date(until)) return next(condition, mutex, until);
  const struct timespec real = shifted_back(until);
  return next(condition, mutex, &real);
}

IBID_INTERPOSE int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                                          Moment until) {
  static int (*next)(pthread_cond_t*, pthread_mutex_t*, clockid_t, Moment);
  IBID_NEXT(next, "pthread_cond_clockwait");
  if (!tells_the_date(clock)) return next(condition, mutex, clock, until);
  const struct timespec real = shifted_back(until);
  return next(condition, mutex, clock, &real);
}

/* Functions that wait for `Object` up to a date, and those that are told by which clock. */
#define WAIT_FOR(function, Object)                                    \
  IBID_INTERPOSE int function(Object* restrict object, Moment restrict until) { \
    static int (*next)(Object*, Moment);                              \
    IBID_NEXT(next, #function);                                       \
    const struct timespec real = shifted_back(until);                 \
    return next(object, &real);                                       \
  }
#define WAIT_FOR_BY_CLOCK(function, Object)                                        \
  IBID_INTERPOSE int function(Object* object, clockid_t clock, Moment until) {     \
    static int (*next)(Object*, clockid_t, Moment);                                \
    IBID_NEXT(next, #function);                                                    \
    if (!tells_the_date(clock)) return next(object, clock, until);                 \
    const struct timespec real = shifted_back(until);                              \
    return next(object, clock, &real);                                             \
  }

WAIT_FOR(sem_timedwait, sem_t)
WAIT_FOR(pthread_mutex_timedlock, pthread_mutex_t)
WAIT_FOR(pthread_rwlock_timedrdlock, pthread_rwlock_t)
WAIT_FOR(pthread_rwlock_timedwrlock, pthread_rwlock_t)
WAIT_FOR_BY_CLOCK(sem_clockwait, sem_t)
WAIT_FOR_BY_CLOCK(pthread_mutex_clocklock, pthread_mutex_t)
WAIT_FOR_BY_CLOCK(pthread_rwlock_clockrdlock, pthread_rwlock_t)
WAIT_FOR_BY_CLOCK(pthread_rwlock_clockwrlock, pthread_rwlock_t)

IBID_INTERPOSE int pthread_timedjoin_np(pthread_t thread, void** result, Moment until) {
  static int (*next)(pthread_t, void**, Moment);
  IBID_NEXT(next, "pthread_timedjoin_np");
  if (until == NULL) return next(thread, result, NULL);
  const struct timespec real = shifted_back(until);
  return next(thread, result, &real);
}

IBID_INTERPOSE int clock_nanosleep(clockid_t clock, int flags, Moment until, struct timespec* left) {
  static int (*next)(clockid_t, int, Moment, struct timespec*);
  IBID_NEXT(next, "clock_nanosleep");
  if ((flags & TIMER_ABSTIME) == 0 || !tells_the_date(clock)) return next(clock, flags, until, left);
  const struct timespec real = shifted_back(until);
  return next(clock, flags, &real, left);
}
