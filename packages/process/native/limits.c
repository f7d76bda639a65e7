/*
 * RLIMIT_NPROC does not bind root and counts the processes of a user, not of a server; a control group needs rights on the
 * machine. So a look ten times a second decides: the kernel's count of all threads is one small file, and only when it has
 * grown by as much as the server may still start is the server's tree counted.
 */
#include "limits.h"
#include "tree.h"

#include <stdio.h>

/* Share of the machine's numbers for threads that one server may take: the others need some too. */
static const long THREADS_SHARE = 2;
/* Memory is short below this share of all memory, and taken by a tree that holds more than that one. */
static const long FREE_SHARE = 10, HELD_SHARE = 4;
static const long STEP_MIN = 16;
static const int LOOKS_AFTER_MEMORY = 20;

/* The tests give a file of their own. */
#ifndef MEMINFO
#define MEMINFO "/proc/meminfo"
#endif

static long read_number(const char *path, const char *format, long otherwise) {
  long number;
  FILE *file = fopen(path, "re");
  if (file == NULL) return otherwise;
  if (fscanf(file, format, &number) != 1) number = otherwise;
  fclose(file);
  return number;
}

static long min(long a, long b) { return a < b ? a : b; }
static long max(long a, long b) { return a > b ? a : b; }

/* "0.28 3.23 17.08 1/106 3845": running and all threads. */
static long count_machine_threads(void) { return read_number("/proc/loadavg", "%*s %*s %*s %*d/%ld", 0); }

/* The first lines: MemTotal, MemFree, MemAvailable. */
static void read_memory_kib(long *total, long *available) {
  FILE *file = fopen(MEMINFO, "re");
  if (file == NULL) return;
  if (fscanf(file, "MemTotal: %ld kB MemFree: %*d kB MemAvailable: %ld kB", total, available) != 2) *total = 0;
  fclose(file);
}

struct limits read_limits(long processes_max) {
  const long numbers = min(read_number("/proc/sys/kernel/pid_max", "%ld", 32768),
                           read_number("/proc/sys/kernel/threads-max", "%ld", 32768));
  return (struct limits){processes_max, numbers / THREADS_SHARE, count_machine_threads() + processes_max / 2, 0};
}

static bool is_over(struct excess *excess, const char *limit, long count, long allowed) {
  *excess = (struct excess){limit, count, allowed};
  return count > allowed;
}

static bool has_too_many(struct limits *limits, long machine_threads, const struct tree *tree, struct excess *excess) {
  const long processes = tree->count;
  if (is_over(excess, "processes", processes, limits->processes_max)) return true;
  if (is_over(excess, "threads", tree->threads, limits->threads_max)) return true;
  /* Others may end meanwhile, so half of what is left is a cause for the next look. */
  const long left = min(limits->processes_max - processes, limits->threads_max - tree->threads);
  limits->look_at_threads = machine_threads + max(STEP_MIN, left / 2);
  return false;
}

static bool has_too_much(struct limits *limits, long total_kib, const struct tree *tree, struct excess *excess) {
  limits->skipped_looks = LOOKS_AFTER_MEMORY;
  return is_over(excess, "memory", tree->rss_kib / 1024, total_kib / HELD_SHARE / 1024);
}

bool exceeds(struct limits *limits, pid_t root, struct excess *excess) {
  long total_kib = 0, available_kib = 0;
  const long machine_threads = count_machine_threads();
  read_memory_kib(&total_kib, &available_kib);
  if (limits->skipped_looks > 0) limits->skipped_looks--;
  const bool is_crowded = machine_threads >= limits->look_at_threads;
  const bool is_short = available_kib < total_kib / FREE_SHARE && limits->skipped_looks == 0;
  limits->look_at_threads = min(limits->look_at_threads, machine_threads + limits->processes_max / 2);
  if (!is_crowded && !is_short) return false;
  struct tree tree = {0};
  /* A tree that is over its limit may grow faster than it is read. */
  read_tree(&tree, root, 0, limits->processes_max);
  const bool is_exceeded = (is_crowded && has_too_many(limits, machine_threads, &tree, excess)) ||
                           (is_short && has_too_much(limits, total_kib, &tree, excess));
  free_tree(&tree);
  return is_exceeded;
}
