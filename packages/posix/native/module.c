/* List of the addon's parts, and error numbers. There are no statics: each environment that loads the addon gets its own exports. */
#include "posix.h"

/* Error numbers that the loops distinguish. Their names come from Node's util.getSystemErrorName. */
static void export_errno(napi_env env, napi_value exports) {
  CONSTANT(EAGAIN);
  CONSTANT(EINTR);
  CONSTANT(EPERM);
  CONSTANT(ENOSYS);
  CONSTANT(EBADF);
  CONSTANT(EINVAL);
  CONSTANT(EFAULT);
  CONSTANT(EMFILE);
  CONSTANT(ENFILE);
  CONSTANT(ENOBUFS);
  CONSTANT(ENOMEM);
  CONSTANT(EINPROGRESS);
  CONSTANT(ECONNREFUSED);
  CONSTANT(ECONNRESET);
  CONSTANT(EPIPE);
  CONSTANT(ECANCELED);
  CONSTANT(ETIME);
  CONSTANT(EBUSY);
  CONSTANT(ETIMEDOUT);
  CONSTANT(EADDRINUSE);
  CONSTANT(EADDRNOTAVAIL);
  CONSTANT(EACCES);
  CONSTANT(ENETUNREACH);
  CONSTANT(EHOSTUNREACH);
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  export_address(env, exports);
  export_epoll(env, exports);
  export_errno(env, exports);
  export_eventfd(env, exports);
  export_io_uring(env, exports);
  export_poll(env, exports);
  export_process(env, exports);
  export_registered(env, exports);
  export_select(env, exports);
  export_socket(env, exports);
  return exports;
}
