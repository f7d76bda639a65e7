/* Code that all programs share: memory, descriptors, the clock, exit after an error. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stddef.h>
#include <stdint.h>

/* Returns the limit of this process: all its descriptors are below it. */
size_t descriptor_limit(void);
void *allocate(size_t count, size_t bytes);
uint64_t monotonic_ns(void);
/* Ends this process when its parent ends, and at once when the parent named in C10K_LAB_PARENT has already ended. */
void end_with_parent(void);
/* Prints the failed call and exits with 1: a benchmark that continued would measure something else. */
_Noreturn void fail(const char *what);

#endif
