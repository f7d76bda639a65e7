#include "process.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

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

void fail(const char *what) {
  perror(what);
  exit(1);
}
