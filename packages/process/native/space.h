#ifndef SPACE_H
#define SPACE_H

#include <stdbool.h>

enum { FILE_SYSTEMS = 5 };

/* Limit that a command exceeded. */
struct excess {
  /* "processes", "threads", "files", or in MiB "memory", "disk". */
  const char *limit;
  long count, allowed;
};

/* File system that a command can fill, as it was at the start. */
struct file_system {
  const char *folder;
  unsigned long id;
  unsigned long free_mib, free_files;
};

/* File systems of the current folder, the home folder, and the folders for temporary files. */
struct space {
  struct file_system file_systems[FILE_SYSTEMS];
  int count;
};

void read_space(struct space *space);

/* Returns whether more than `max_mib` was taken on one of the file systems since the start, by whomever. 0 stands for half
 * of what was free there, in MiB and in files. */
bool exceeds_space(const struct space *space, long max_mib, struct excess *excess);

#endif
