#ifndef LIMITS_H
#define LIMITS_H

#include "space.h"

#include <stdbool.h>
#include <sys/types.h>

/* Share of the machine that a tree of processes may take, and the moments at which it is counted. */
struct limits {
  long processes_max, threads_max, memory_max_kib;
  /* Most MiB on each file system; 0 for half of what is free at the start. */
  long disk_max_mib;
  /* Number of threads of the machine from which on the tree is looked at: with fewer it cannot have too many. */
  long look_at_threads;
  /* Available memory of the machine below which the tree is looked at: with more it cannot hold too much. */
  long look_at_available_kib;
  /* Looks that are left out after one that found the memory to be another program's. */
  int skipped_looks;
  unsigned looks;
  struct space space;
};

/* Reads the machine's numbers and what is free on its file systems. */
void begin_limits(struct limits *limits);

/* Returns whether the tree below `root` exceeds a limit. Some small files are read; the tree only when they give cause. */
bool exceeds(struct limits *limits, pid_t root, struct excess *excess);

#endif
