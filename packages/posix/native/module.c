/* List of the addon's parts. There are no statics: each environment that loads the addon gets its own exports. */
#include "posix.h"

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  export_address(env, exports);
  export_epoll(env, exports);
  export_errno(env, exports);
  export_eventfd(env, exports);
  export_io_uring(env, exports);
  export_poll(env, exports);
  export_process(env, exports);
  export_select(env, exports);
  export_socket(env, exports);
  return exports;
}
