#include "pauses.h"

void add_pause(struct pauses *pauses, struct pause pause) {
  struct pause *heap = pauses->heap;
  size_t at = pauses->count++;
  for (size_t parent; at > 0 && heap[parent = (at - 1) / 2].until_ns > pause.until_ns; at = parent) {
    heap[at] = heap[parent];
  }
  heap[at] = pause;
}

struct pause take_first(struct pauses *pauses) {
  struct pause *heap = pauses->heap;
  struct pause first = heap[0], last = heap[--pauses->count];
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < pauses->count; at = child) {
    if (child + 1 < pauses->count && heap[child + 1].until_ns < heap[child].until_ns) child++;
    if (heap[child].until_ns >= last.until_ns) break;
    heap[at] = heap[child];
  }
  heap[at] = last;
  return first;
}
