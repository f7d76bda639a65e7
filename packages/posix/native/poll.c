/* poll(2) on the caller's list of struct pollfd. */
#include "posix.h"
#include <poll.h>

/* (entries, count, timeoutMs). A negative timeout waits without limit. The kernel writes the returned events. */
static napi_value posix_poll(const struct arguments *args) {
  struct span entries = arg_span(args, 0);
  int count = arg_int(args, 1);
  int64_t timeout_ms;
  if (count < 0 || !arg_timeout(args, 2, INT32_MAX, &timeout_ms)) return error_result(args, EINVAL);
  if (entries.length / sizeof(struct pollfd) < (size_t)count) return error_result(args, EFAULT);
  return syscall_result(args, poll((struct pollfd *)entries.data, (nfds_t)count, (int)timeout_ms));
}

_Static_assert(sizeof(struct pollfd) == 8 && offsetof(struct pollfd, events) == 4 && offsetof(struct pollfd, revents) == 6,
               "apps/server-poll reads entries as one 32-bit number and two 16-bit numbers");

void export_poll(napi_env env, napi_value exports) {
  REGISTERED_FUNCTION(poll);
  CONSTANT(POLLIN);
  CONSTANT(POLLOUT);
  CONSTANT(POLLPRI);
}
