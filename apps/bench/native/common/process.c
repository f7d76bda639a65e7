#include "process.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { MOST_DESCRIPTORS = 1 << 20 };

size_t descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) fail("getrlimit");
  limit.rlim_cur = limit.rlim_max; /* as Node does by itself */
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) fail("setrlimit");
  return limit.rlim_cur < MOST_DESCRIPTORS ? (size_t)limit.rlim_cur : MOST_DESCRIPTORS;
}

void *allocate(size_t count, size_t bytes) {
  void *memory = calloc(count, bytes);
  if (memory == NULL) fail("calloc");
  return memory;
}

uint64_t monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void end_with_parent(void) {
  const char *parent = getenv("C10K_LAB_PARENT");
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (parent != NULL && atol(parent) != (long)getppid()) raise(SIGTERM);
}

void fail(const char *what) {
  perror(what);
  exit(1);
}
