/* select(2) on bitmaps of any size. FD_SETSIZE limits the C library's fd_set type, not the system call. */
#include "posix.h"
#include <sys/select.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Calls select by number where the kernel has it, because glibc's select() issues pselect6 since 2.34. */
static int select_call(int nfds, void *readable, void *writable, void *exceptional, struct timeval *timeout) {
#ifdef SYS_select
  return (int)syscall(SYS_select, nfds, readable, writable, exceptional, timeout);
#else
  return select(nfds, readable, writable, exceptional, timeout);
#endif
}

/* (nfds, readable, writable, exceptional, timeoutMs). A negative timeout waits without limit. The kernel overwrites
 * the sets. */
static napi_value posix_select(const struct arguments *args) {
  int nfds = arg_int(args, 0);
  struct span readable = arg_span(args, 1);
  struct span writable = arg_span(args, 2);
  struct span exceptional = arg_span(args, 3);
  int64_t timeout_ms;
  if (nfds < 0 || !arg_timeout(args, 4, INT32_MAX, &timeout_ms)) return error_result(args, EINVAL);
  /* The kernel reads and writes whole longs. */
  size_t needed = ((size_t)nfds + 63) / 64 * 8;
  if (readable.length < needed || writable.length < needed || exceptional.length < needed) return error_result(args, EFAULT);
  struct timeval timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
  return syscall_result(args, select_call(nfds, readable.data, writable.data, exceptional.data,
                                   timeout_ms < 0 ? NULL : &timeout));
}

void export_select(napi_env env, napi_value exports) {
  REGISTERED_FUNCTION(select);
  CONSTANT(FD_SETSIZE);
}
