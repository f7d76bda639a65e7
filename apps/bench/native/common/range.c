#include "range.h"
#include <stdio.h>
#include <stdlib.h>

struct range parse_range(const char *text, uint64_t unit) {
  struct range range = {0, 0};
  int ends = sscanf(text, "%lu..%lu", &range.from, &range.to);
  if (ends == 1) range.to = range.from;
  if (ends < 1 || range.from > range.to) exit(2);
  return (struct range){range.from * unit, range.to * unit};
}

/* splitmix64: Steele, Lea, Flood 2014. */
uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

uint64_t draw(struct range range, uint64_t *state) {
  if (range.from == range.to) return range.from;
  return range.from + next_random(state) % (range.to - range.from + 1);
}
