/* epoll(7). The 64 bits of user data in an event hold a file descriptor (low half) and a generation (high half). */
#include "posix.h"
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static napi_value posix_epoll_create1(const struct arguments *args) {
  return syscall_result(args, epoll_create1(arg_int(args, 0)));
}

static napi_value posix_epoll_ctl(const struct arguments *args) {
  int fd = arg_int(args, 2);
  struct epoll_event event = {.events = arg_uint(args, 3)};
  event.data.u64 = (uint32_t)fd | (uint64_t)arg_uint(args, 4) << 32;
  return syscall_result(args, epoll_ctl(arg_int(args, 0), arg_int(args, 1), fd, &event));
}

/* Fills the caller's array with struct epoll_event, as many as it holds. */
static napi_value posix_epoll_wait(const struct arguments *args) {
  struct span events = arg_span(args, 1);
  int64_t timeout_ms;
  if (events.data == NULL) return error_result(args, EFAULT);
  if (!arg_timeout(args, 2, INT32_MAX, &timeout_ms)) return error_result(args, EINVAL);
  int capacity = (int)(events.length / sizeof(struct epoll_event));
  return syscall_result(args, epoll_wait(arg_int(args, 0), (struct epoll_event *)events.data, capacity,
                                  (int)timeout_ms));
}

/* epoll_wait with a timeout in nanoseconds. It is called by number, because glibc wraps it only since 2.35. */
static napi_value posix_epoll_pwait2(const struct arguments *args) {
  struct span events = arg_span(args, 1);
  int64_t ns;
  if (events.data == NULL) return error_result(args, EFAULT);
  if (!arg_timeout(args, 2, 9e15, &ns)) return error_result(args, EINVAL);
  int capacity = (int)(events.length / sizeof(struct epoll_event));
  struct timespec timeout = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
  return syscall_result(args, (int)syscall(SYS_epoll_pwait2, arg_int(args, 0), events.data, capacity,
                                    ns < 0 ? NULL : &timeout, NULL, 0));
}

void export_epoll(napi_env env, napi_value exports) {
  FUNCTION(epoll_create1);
  REGISTERED_FUNCTION(epoll_ctl);
  REGISTERED_FUNCTION(epoll_wait);
  REGISTERED_FUNCTION(epoll_pwait2);

  CONSTANT(EPOLL_CLOEXEC);
  CONSTANT(EPOLL_CTL_ADD);
  CONSTANT(EPOLL_CTL_MOD);
  CONSTANT(EPOLL_CTL_DEL);
  CONSTANT(EPOLLIN);
  CONSTANT(EPOLLOUT);
  CONSTANT(EPOLLPRI);
  CONSTANT(EPOLLERR);
  CONSTANT(EPOLLHUP);
  CONSTANT(EPOLLRDHUP);
  CONSTANT(EPOLLET);
  /* Layout in 32-bit words: struct epoll_event is packed on x86-64 and padded elsewhere. */
  export_constant(env, exports, "EPOLL_EVENT_WORDS", sizeof(struct epoll_event) / 4);
  export_constant(env, exports, "EPOLL_EVENT_DATA_WORD", offsetof(struct epoll_event, data) / 4);
}
