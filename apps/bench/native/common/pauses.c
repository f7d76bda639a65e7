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

struct timespec left_of_first(const struct pauses *pauses, uint64_t now_ns) {
  uint64_t until_ns = pauses->heap[0].until_ns, left_ns = until_ns > now_ns ? until_ns - now_ns : 0;
  return (struct timespec){(time_t)(left_ns / 1000000000), (long)(left_ns % 1000000000)};
}
