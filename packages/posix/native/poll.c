/* poll(2) on the caller's list of struct pollfd. */
#include "marshal.h"
#include "posix.h"
#include <poll.h>

/* (entries, count, timeoutMs). A negative timeout waits without limit. The kernel writes the returned events. */
static napi_value posix_poll(napi_env env, napi_callback_info info) {
  ARGS(3);
  struct span entries = arg_span(env, argv[0]);
  int count = arg_int(env, argv[1]);
  int64_t timeout_ms;
  if (count < 0 || !arg_timeout(env, argv[2], INT32_MAX, &timeout_ms)) return error_result(env, EINVAL);
  if (entries.length / sizeof(struct pollfd) < (size_t)count) return error_result(env, EFAULT);
  return syscall_result(env, poll((struct pollfd *)entries.data, (nfds_t)count, (int)timeout_ms));
}

_Static_assert(sizeof(struct pollfd) == 8 && offsetof(struct pollfd, events) == 4 && offsetof(struct pollfd, revents) == 6,
               "apps/server-poll reads entries as one 32-bit number and two 16-bit numbers");

void export_poll(napi_env env, napi_value exports) {
  FUNCTION(poll);
  CONSTANT(POLLIN);
  CONSTANT(POLLOUT);
  CONSTANT(POLLPRI);
}
