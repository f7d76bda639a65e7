/* The addon's table of contents. No statics: every environment that loads it gets exports of its own. */
#include "posix.h"

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  export_address(env, exports);
  export_epoll(env, exports);
  export_errno(env, exports);
  export_eventfd(env, exports);
  export_process(env, exports);
  export_select(env, exports);
  export_socket(env, exports);
  return exports;
}
