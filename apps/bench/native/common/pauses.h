/* A binary heap of connections by the end of their pause. Each connection is in it at most once. */
#ifndef PAUSES_H
#define PAUSES_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct pause {
  uint64_t until_ns;
  unsigned connection;
};

struct pauses {
  struct pause *heap;
  size_t count;
};

void add_pause(struct pauses *pauses, struct pause pause);
/* Returns pauses->heap[0]; the heap must not be empty. */
struct pause take_first(struct pauses *pauses);
/* Returns the time until the first pause ends; the heap must not be empty. */
struct timespec left_of_first(const struct pauses *pauses, uint64_t now_ns);

#endif
