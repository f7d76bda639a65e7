/* eventfd(2), with which the control plane wakes a data plane that sleeps in epoll_wait or select. */
#include "posix.h"
#include <sys/eventfd.h>

static napi_value posix_eventfd(const struct arguments *args) {
  return syscall_result(args, eventfd(arg_uint(args, 0), arg_int(args, 1)));
}

static napi_value posix_eventfd_write(const struct arguments *args) {
  return syscall_result(args, eventfd_write(arg_int(args, 0), arg_uint(args, 1)));
}

static napi_value posix_eventfd_read(const struct arguments *args) {
  eventfd_t ignored;
  return syscall_result(args, eventfd_read(arg_int(args, 0), &ignored));
}

void export_eventfd(napi_env env, napi_value exports) {
  FUNCTION(eventfd);
  FUNCTION(eventfd_write);
  FUNCTION(eventfd_read);
  CONSTANT(EFD_CLOEXEC);
  CONSTANT(EFD_NONBLOCK);
}
