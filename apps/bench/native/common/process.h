/* What every program here does the same way: memory, descriptors, the clock, the end after an error. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stddef.h>
#include <stdint.h>

/* Descriptor numbers this process may hold are below this one. */
size_t descriptor_limit(void);
void *allocate(size_t count, size_t bytes);
uint64_t monotonic_ns(void);
/* A benchmark that goes on after an error measures something else: says what failed and exits with 1. */
_Noreturn void fail(const char *what);

#endif
