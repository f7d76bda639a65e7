/*
 * RLIMIT_NPROC does not bind root and counts the processes of a user, not of a server; a control group needs rights on the
 * machine. So a look ten times a second decides: the kernel's count of all threads is one small file, and only when it has
 * grown by as much as the server may still start is the server's tree counted. So it is with the memory that is available, but
 * that is counted once a second in any case.
 */
#include "limits.h"
#include "tree.h"

#include <stdio.h>

/* Share of the machine's numbers for threads that one server may take: the others need some too. */
static const long THREADS_SHARE = 2;
/* Memory is short below this share of all memory, and taken by a tree that holds more than that one. */
static const long FREE_SHARE = 10, HELD_SHARE = 4;
static const long STEP_MIN = 16;
static const long MEMORY_STEP_MIN_KIB = 16 << 10;
static const int LOOKS_AFTER_MEMORY = 20;
/* One look in so many counts the tree's memory in any case: what it takes is not seen while others give as much back. */
static const int LOOKS_UNTIL_COUNT = 10;

/* The tests give files of their own. */
#ifndef MEMINFO
#define MEMINFO "/proc/meminfo"
#endif
#ifndef THREADS_MAX
#define THREADS_MAX "/proc/sys/kernel/threads-max"
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

static long half_of_numbers(const struct limits *limits) { return min(limits->processes_max, limits->threads_max) / 2; }

void begin_limits(struct limits *limits) {
  const long numbers = min(read_number("/proc/sys/kernel/pid_max", "%ld", 32768), read_number(THREADS_MAX, "%ld", 32768));
  long total_kib = 0, available_kib = 0;
  read_memory_kib(&total_kib, &available_kib);
  limits->threads_max = numbers / THREADS_SHARE;
  limits->look_at_threads = count_machine_threads() + half_of_numbers(limits);
  limits->look_at_available_kib = available_kib - limits->memory_max_kib / 2;
  read_space(&limits->space);
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

/* Pages that forked processes share count for each in the cheap sum, and once in the other one. */
static long read_held_kib(const struct tree *tree, long max_kib) {
  return tree->rss_kib > max_kib ? read_pss_kib(tree) : tree->rss_kib;
}

static bool has_too_much(struct limits *limits, long available_kib, const struct tree *tree, struct excess *excess) {
  const long held_kib = read_held_kib(tree, limits->memory_max_kib);
  if (is_over(excess, "memory", held_kib / 1024, limits->memory_max_kib / 1024)) return true;
  limits->look_at_available_kib = available_kib - max(MEMORY_STEP_MIN_KIB, (limits->memory_max_kib - held_kib) / 2);
  return false;
}

static bool holds_scarce(struct limits *limits, long total_kib, const struct tree *tree, struct excess *excess) {
  limits->skipped_looks = LOOKS_AFTER_MEMORY;
  return is_over(excess, "memory", tree->rss_kib / 1024, total_kib / HELD_SHARE / 1024);
}

bool exceeds(struct limits *limits, pid_t root, struct excess *excess) {
  if (exceeds_space(&limits->space, limits->disk_max_mib, excess)) return true;
  long total_kib = 0, available_kib = 0;
  const long machine_threads = count_machine_threads();
  read_memory_kib(&total_kib, &available_kib);
  if (limits->skipped_looks > 0) limits->skipped_looks--;
  const bool is_crowded = machine_threads >= limits->look_at_threads;
  const bool is_large = ++limits->looks % LOOKS_UNTIL_COUNT == 0 || available_kib < limits->look_at_available_kib;
  const bool is_short = available_kib < total_kib / FREE_SHARE && limits->skipped_looks == 0;
  /* Others that ended make room. */
  limits->look_at_threads = min(limits->look_at_threads, machine_threads + half_of_numbers(limits));
  limits->look_at_available_kib = max(limits->look_at_available_kib, available_kib - limits->memory_max_kib / 2);
  if (!is_crowded && !is_large && !is_short) return false;
  struct tree tree = {0};
  /* A tree that is over its limit may grow faster than it is read. */
  read_tree(&tree, root, 0, limits->processes_max);
  const bool is_exceeded = (is_crowded && has_too_many(limits, machine_threads, &tree, excess)) ||
                           (is_large && has_too_much(limits, available_kib, &tree, excess)) ||
                           (is_short && holds_scarce(limits, total_kib, &tree, excess));
  free_tree(&tree);
  return is_exceeded;
}
