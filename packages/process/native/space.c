#include "space.h"

#include <stdlib.h>
#include <sys/statvfs.h>

/* Share of the free space that a command may take where no amount is given. */
static const unsigned long FREE_SHARE = 2;

static bool read_file_system(struct file_system *one) {
  struct statvfs at;
  if (statvfs(one->folder, &at) < 0) return false;
  one->id = at.f_fsid;
  one->free_mib = at.f_bavail * at.f_frsize >> 20;
  one->free_files = at.f_favail;
  return true;
}

static bool is_known(const struct space *space, const struct file_system *one) {
  for (int index = 0; index < space->count; index++)
    if (space->file_systems[index].id == one->id) return true;
  return false;
}

void read_space(struct space *space) {
  const char *const folders[FILE_SYSTEMS] = {".", getenv("HOME"), "/tmp", "/var/tmp", "/dev/shm"};
  space->count = 0;
  for (int index = 0; index < FILE_SYSTEMS; index++) {
    struct file_system one = {.folder = folders[index]};
    if (one.folder != NULL && read_file_system(&one) && !is_known(space, &one)) space->file_systems[space->count++] = one;
  }
}

static bool is_over(struct excess *excess, const char *limit, unsigned long before, unsigned long now, unsigned long max) {
  *excess = (struct excess){limit, before > now ? (long)(before - now) : 0, (long)max};
  return excess->count > excess->allowed;
}

bool exceeds_space(const struct space *space, long max_mib, struct excess *excess) {
  for (int index = 0; index < space->count; index++) {
    const struct file_system *before = &space->file_systems[index];
    struct file_system now = *before;
    if (!read_file_system(&now)) continue;
    const unsigned long mib = max_mib > 0 ? (unsigned long)max_mib : before->free_mib / FREE_SHARE;
    if (is_over(excess, "disk", before->free_mib, now.free_mib, mib) ||
        (max_mib == 0 && is_over(excess, "files", before->free_files, now.free_files, before->free_files / FREE_SHARE)))
      return true;
  }
  return false;
}
