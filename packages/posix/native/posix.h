/* One exporter per source file. */
#ifndef POSIX_H
#define POSIX_H

#include <node_api.h>

void export_address(napi_env env, napi_value exports);
void export_epoll(napi_env env, napi_value exports);
void export_eventfd(napi_env env, napi_value exports);
void export_io_uring(napi_env env, napi_value exports);
void export_poll(napi_env env, napi_value exports);
void export_process(napi_env env, napi_value exports);
void export_registered(napi_env env, napi_value exports);
void export_select(napi_env env, napi_value exports);
void export_socket(napi_env env, napi_value exports);

#endif
