/* From one whole number to another, both included: what an option says, and what random numbers are drawn from. */
#ifndef RANGE_H
#define RANGE_H

#include <stdint.h>

struct range {
  uint64_t from, to;
};

/* "A" or "A..B", in units of `unit`; exits with 2 when it is neither. */
struct range parse_range(const char *text, uint64_t unit);
/* Any 64 bits; the same ones again from the same `state`. */
uint64_t next_random(uint64_t *state);
/* Each number of the range equally often. */
uint64_t draw(struct range range, uint64_t *state);

#endif
