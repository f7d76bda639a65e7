#ifndef LIMITS_H
#define LIMITS_H

#include <stdbool.h>
#include <sys/types.h>

/* Share of the machine that a tree of processes may take, and the moments at which it is counted. */
struct limits {
  long processes_max;
  long threads_max;
  /* Number of threads of the machine from which on the tree is looked at: with fewer it cannot have too many. */
  long look_at_threads;
  /* Looks that are left out after one that found the memory to be another program's. */
  int skipped_looks;
};

/* Limit that a tree exceeded. */
struct excess {
  /* "processes", "threads" or "memory", the last one in MiB. */
  const char *limit;
  long count, allowed;
};

struct limits read_limits(long processes_max);

/* Returns whether the tree below `root` exceeds a limit. Two small files are read; the tree only when they give cause. */
bool exceeds(struct limits *limits, pid_t root, struct excess *excess);

#endif
