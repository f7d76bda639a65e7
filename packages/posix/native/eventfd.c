/* eventfd(2), with which the control plane wakes a data plane that sleeps in epoll_wait or select. */
#include "marshal.h"
#include "posix.h"
#include <sys/eventfd.h>

static napi_value posix_eventfd(napi_env env, napi_callback_info info) {
  ARGS(2);
  return syscall_result(env, eventfd(arg_uint(env, argv[0]), arg_int(env, argv[1])));
}

static napi_value posix_eventfd_write(napi_env env, napi_callback_info info) {
  ARGS(2);
  return syscall_result(env, eventfd_write(arg_int(env, argv[0]), arg_uint(env, argv[1])));
}

static napi_value posix_eventfd_read(napi_env env, napi_callback_info info) {
  ARGS(1);
  eventfd_t ignored;
  return syscall_result(env, eventfd_read(arg_int(env, argv[0]), &ignored));
}

void export_eventfd(napi_env env, napi_value exports) {
  FUNCTION(eventfd);
  FUNCTION(eventfd_write);
  FUNCTION(eventfd_read);
  CONSTANT(EFD_CLOEXEC);
  CONSTANT(EFD_NONBLOCK);
}
