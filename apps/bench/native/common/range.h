/* A range of whole numbers, both ends included: the value of an option, and the range of random numbers. */
#ifndef RANGE_H
#define RANGE_H

#include <stdint.h>

struct range {
  uint64_t from, to;
};

/* Parses "A" or "A..B" in units of `unit`; exits with 2 for anything else. */
struct range parse_range(const char *text, uint64_t unit);
/* Returns 64 random bits; equal states give equal bits. */
uint64_t next_random(uint64_t *state);
/* Draws a number from the range, uniformly distributed. */
uint64_t draw(struct range range, uint64_t *state);

#endif
