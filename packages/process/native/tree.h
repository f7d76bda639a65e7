#ifndef TREE_H
#define TREE_H

#include <stddef.h>
#include <sys/types.h>

/* Processes below a process, whatever their sessions and process groups. */
struct tree {
  size_t count, capacity;
  pid_t *pids;
  long threads;
  long rss_kib;
};

/* Reads the tree below a process, which is not part of it. `number` is a signal for each process, sent before its children
 * are read; 0 for none. Ends with more than `most` processes. The cost is that of the tree, not of the machine. */
void read_tree(struct tree *tree, pid_t root, int number, size_t most);

/* Returns the memory of a tree that was read, KiB. A page that its processes share counts once. It costs more than rss_kib. */
long read_pss_kib(const struct tree *tree);

void free_tree(struct tree *tree);

#endif
