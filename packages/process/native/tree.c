#include "tree.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Without memory the rest of the tree is left to the next look. */
static bool add(struct tree *tree, pid_t pid) {
  if (tree->count == tree->capacity) {
    const size_t capacity = tree->capacity == 0 ? 64 : 2 * tree->capacity;
    pid_t *pids = realloc(tree->pids, capacity * sizeof *pids);
    if (pids == NULL) return false;
    tree->pids = pids;
    tree->capacity = capacity;
  }
  tree->pids[tree->count++] = pid;
  return true;
}

static void add_children(struct tree *tree, pid_t pid, const char *thread) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%.16s/children", pid, thread);
  FILE *children = fopen(path, "re");
  if (children == NULL) return;
  for (int child; fscanf(children, "%d", &child) == 1 && add(tree, child);)
    ;
  fclose(children);
}

/* Adds the children of all threads of a process. Returns the number of threads. */
static long read_threads(struct tree *tree, pid_t pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *task = opendir(path);
  if (task == NULL) return 0;
  long threads = 0;
  for (struct dirent *entry; (entry = readdir(task)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    threads++;
    add_children(tree, pid, entry->d_name);
  }
  closedir(task);
  return threads;
}

static long read_rss_kib(pid_t pid) {
  char path[64];
  long pages = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) return 0;
  if (fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
  fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

void read_tree(struct tree *tree, pid_t root, int number, size_t most) {
  read_threads(tree, root);
  for (size_t index = 0; index < tree->count && tree->count <= most; index++) {
    const pid_t pid = tree->pids[index];
    if (number != 0) kill(pid, number);
    tree->threads += read_threads(tree, pid);
    tree->rss_kib += read_rss_kib(pid);
  }
}

/* "Pss: 1234 kB" is the second line of the values, after those of the mapping that stands for all. */
static long read_process_pss_kib(pid_t pid) {
  char path[64];
  long kib = 0;
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) return read_rss_kib(pid);
  if (fscanf(file, "%*[^\n] Rss: %*d kB Pss: %ld kB", &kib) != 1) kib = 0;
  fclose(file);
  return kib;
}

long read_pss_kib(const struct tree *tree) {
  long kib = 0;
  for (size_t index = 0; index < tree->count; index++) kib += read_process_pss_kib(tree->pids[index]);
  return kib;
}

void free_tree(struct tree *tree) { free(tree->pids); }
