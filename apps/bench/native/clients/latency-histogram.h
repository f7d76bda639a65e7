/* A histogram of times: buckets have equal width within an octave and double width in the next, so that a bucket's
 * middle is within 0.4 % of every time in it. */
#ifndef LATENCY_HISTOGRAM_H
#define LATENCY_HISTOGRAM_H

#include <stdint.h>

enum { STEP_BITS = 7, STEPS = 1 << STEP_BITS, OCTAVES = 40, BUCKETS = (OCTAVES - STEP_BITS + 1) * STEPS };

struct latency_histogram {
  uint64_t counts[BUCKETS];
  uint64_t total, max_ns;
  double sum_ns;
};

void record(struct latency_histogram *histogram, uint64_t ns);
/* Microseconds; 0 when nothing was recorded. */
double percentile_us(const struct latency_histogram *histogram, double percent);
double mean_us(const struct latency_histogram *histogram);

#endif
