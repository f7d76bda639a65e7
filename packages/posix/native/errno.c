/* The error numbers the loops tell apart. Names for people come from Node's util.getSystemErrorName. */
#include "marshal.h"
#include "posix.h"

void export_errno(napi_env env, napi_value exports) {
  CONSTANT(EAGAIN);
  CONSTANT(EINTR);
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
  CONSTANT(ETIMEDOUT);
  CONSTANT(EADDRINUSE);
  CONSTANT(EADDRNOTAVAIL);
  CONSTANT(EACCES);
  CONSTANT(ENETUNREACH);
  CONSTANT(EHOSTUNREACH);
}
