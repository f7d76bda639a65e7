/* Which connection's pause is over first: a binary heap, each connection in it at most once. */
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
/* There must be one: pauses->heap[0]. */
struct pause take_first(struct pauses *pauses);
/* How long until it is over. There must be one. */
struct timespec left_of_first(const struct pauses *pauses, uint64_t now_ns);

#endif
