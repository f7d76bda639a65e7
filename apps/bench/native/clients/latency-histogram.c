#include "latency-histogram.h"
#include <math.h>

static const uint64_t HIGHEST_NS = (1ULL << OCTAVES) - 1;

/* Times below STEPS have one bucket each. Above, the leading STEP_BITS + 1 bits of a time choose its bucket. */
static unsigned bucket_of(uint64_t ns) {
  if (ns > HIGHEST_NS) ns = HIGHEST_NS;
  if (ns < STEPS) return (unsigned)ns;
  unsigned shift = 63 - (unsigned)__builtin_clzll(ns) - STEP_BITS;
  return (shift << STEP_BITS) + (unsigned)(ns >> shift);
}

static double middle_ns(unsigned bucket) {
  if (bucket < 2 * STEPS) return bucket;
  unsigned shift = (bucket >> STEP_BITS) - 1;
  uint64_t low = (uint64_t)(bucket - (shift << STEP_BITS)) << shift;
  return (double)low + (double)(1ULL << shift) / 2;
}

void record(struct latency_histogram *histogram, uint64_t ns) {
  histogram->counts[bucket_of(ns)]++;
  histogram->total++;
  histogram->sum_ns += (double)ns;
  if (ns > histogram->max_ns) histogram->max_ns = ns;
}

double percentile_us(const struct latency_histogram *histogram, double percent) {
  uint64_t rank = (uint64_t)ceil((double)histogram->total * percent / 100), seen = 0;
  for (unsigned bucket = 0; bucket < BUCKETS && rank > 0; bucket++) {
    seen += histogram->counts[bucket];
    if (seen >= rank) return middle_ns(bucket) / 1e3;
  }
  return 0;
}

double mean_us(const struct latency_histogram *histogram) {
  return histogram->total == 0 ? 0 : histogram->sum_ns / (double)histogram->total / 1e3;
}
