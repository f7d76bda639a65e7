/* Exporters, one per source file, and what they export: functions and constants. */
#ifndef POSIX_H
#define POSIX_H

#include "marshal.h"

void export_address(napi_env env, napi_value exports);
void export_epoll(napi_env env, napi_value exports);
void export_eventfd(napi_env env, napi_value exports);
void export_io_uring(napi_env env, napi_value exports);
void export_poll(napi_env env, napi_value exports);
void export_process(napi_env env, napi_value exports);
void export_registered(napi_env env, napi_value exports);
void export_select(napi_env env, napi_value exports);
void export_socket(napi_env env, napi_value exports);

/* Callbacks of Node-API whose data is one of the addon's functions. */
napi_value call_function(napi_env env, napi_callback_info info);
napi_value register_function(napi_env env, napi_callback_info info);

#define FUNCTION(name) export_function(env, exports, #name, call_function, posix_##name)

/* Exports a function, and the one that registers memory for it. */
#define REGISTERED_FUNCTION(name) \
  FUNCTION(name);                 \
  export_function(env, exports, "register_" #name, register_function, posix_##name)

#endif
