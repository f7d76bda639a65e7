/* Times in nanoseconds on stdin, percentiles, mean and maximum of them on stdout: the histogram, held against sorting. */
#include "../native/clients/latency-histogram.h"
#include <stdio.h>

int main(void) {
  static struct latency_histogram histogram;
  for (uint64_t ns; scanf("%lu", &ns) == 1;) record(&histogram, ns);
  printf("[%f,%f,%f,%f,%f,%f]\n", percentile_us(&histogram, 50), percentile_us(&histogram, 90),
         percentile_us(&histogram, 99), percentile_us(&histogram, 99.9), mean_us(&histogram),
         (double)histogram.max_ns / 1e3);
}
