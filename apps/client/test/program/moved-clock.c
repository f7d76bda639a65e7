// Preloaded: moves CLOCK_REALTIME by two hours every 100 ms, back and forth. CLOCK_MONOTONIC stays as it is.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int failed = real(clock, now);
  if (failed || clock != CLOCK_REALTIME) return failed;
  now->tv_sec += now->tv_nsec / 100000000 % 2 ? 3600 : -3600;
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec moved;
  if (clock_gettime(CLOCK_REALTIME, &moved)) return -1;
  now->tv_sec = moved.tv_sec;
  now->tv_usec = moved.tv_nsec / 1000;
  return 0;
}
