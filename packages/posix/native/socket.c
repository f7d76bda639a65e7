/* Sockets: socket(2) to send(2). Addresses are struct sockaddr, see ip(7) and ipv6(7); src/address.ts reads them. */
#include "marshal.h"
#include "posix.h"
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static napi_value posix_socket(napi_env env, napi_callback_info info) {
  ARGS(3);
  return syscall_result(env, socket(arg_int(env, argv[0]), arg_int(env, argv[1]), arg_int(env, argv[2])));
}

static napi_value posix_bind(napi_env env, napi_callback_info info) {
  ARGS(2);
  struct span address = arg_span(env, argv[1]);
  if (address.data == NULL) return error_result(env, EFAULT);
  return syscall_result(env, bind(arg_int(env, argv[0]), (struct sockaddr *)address.data, address.length));
}

static napi_value posix_listen(napi_env env, napi_callback_info info) {
  ARGS(2);
  return syscall_result(env, listen(arg_int(env, argv[0]), arg_int(env, argv[1])));
}

static napi_value posix_accept4(napi_env env, napi_callback_info info) {
  ARGS(5);
  struct span peer = arg_slice(env, argv[1], argv[2], argv[3]);
  if (peer.data == NULL) return error_result(env, EFAULT);
  socklen_t length = peer.length;
  return syscall_result(env, accept4(arg_int(env, argv[0]), (struct sockaddr *)peer.data, &length, arg_int(env, argv[4])));
}

static napi_value posix_connect(napi_env env, napi_callback_info info) {
  ARGS(2);
  struct span address = arg_span(env, argv[1]);
  if (address.data == NULL) return error_result(env, EFAULT);
  return syscall_result(env, connect(arg_int(env, argv[0]), (struct sockaddr *)address.data, address.length));
}

static napi_value posix_shutdown(napi_env env, napi_callback_info info) {
  ARGS(2);
  return syscall_result(env, shutdown(arg_int(env, argv[0]), arg_int(env, argv[1])));
}

static napi_value posix_close(napi_env env, napi_callback_info info) {
  ARGS(1);
  return syscall_result(env, close(arg_int(env, argv[0])));
}

static napi_value posix_recv(napi_env env, napi_callback_info info) {
  ARGS(4);
  struct span into = arg_slice(env, argv[1], argv[2], argv[3]);
  if (into.data == NULL) return error_result(env, EFAULT);
  return syscall_result(env, recv(arg_int(env, argv[0]), into.data, into.length, 0));
}

/* MSG_NOSIGNAL: a closed peer causes EPIPE for its connection, not SIGPIPE for the process. */
static napi_value posix_send(napi_env env, napi_callback_info info) {
  ARGS(4);
  struct span from = arg_slice(env, argv[1], argv[2], argv[3]);
  if (from.data == NULL) return error_result(env, EFAULT);
  return syscall_result(env, send(arg_int(env, argv[0]), from.data, from.length, MSG_NOSIGNAL));
}

static napi_value posix_setsockopt(napi_env env, napi_callback_info info) {
  ARGS(4);
  struct span value = arg_span(env, argv[3]);
  if (value.data == NULL) return error_result(env, EFAULT);
  return syscall_result(env, setsockopt(arg_int(env, argv[0]), arg_int(env, argv[1]), arg_int(env, argv[2]), value.data,
                                  value.length));
}

static napi_value posix_getsockopt(napi_env env, napi_callback_info info) {
  ARGS(4);
  struct span value = arg_span(env, argv[3]);
  if (value.data == NULL) return error_result(env, EFAULT);
  socklen_t length = value.length;
  return syscall_result(env, getsockopt(arg_int(env, argv[0]), arg_int(env, argv[1]), arg_int(env, argv[2]), value.data,
                                  &length));
}

static napi_value posix_getsockname(napi_env env, napi_callback_info info) {
  ARGS(2);
  struct span address = arg_span(env, argv[1]);
  if (address.data == NULL) return error_result(env, EFAULT);
  socklen_t length = address.length;
  return syscall_result(env, getsockname(arg_int(env, argv[0]), (struct sockaddr *)address.data, &length));
}

static napi_value posix_getpeername(napi_env env, napi_callback_info info) {
  ARGS(2);
  struct span address = arg_span(env, argv[1]);
  if (address.data == NULL) return error_result(env, EFAULT);
  socklen_t length = address.length;
  return syscall_result(env, getpeername(arg_int(env, argv[0]), (struct sockaddr *)address.data, &length));
}

_Static_assert(offsetof(struct sockaddr_in, sin_port) == offsetof(struct sockaddr_in6, sin6_port),
               "both families keep the port at one offset");

void export_socket(napi_env env, napi_value exports) {
  FUNCTION(socket);
  FUNCTION(bind);
  FUNCTION(listen);
  FUNCTION(accept4);
  FUNCTION(connect);
  FUNCTION(shutdown);
  FUNCTION(close);
  FUNCTION(recv);
  FUNCTION(send);
  FUNCTION(setsockopt);
  FUNCTION(getsockopt);
  FUNCTION(getsockname);
  FUNCTION(getpeername);

  CONSTANT(AF_INET);
  CONSTANT(AF_INET6);
  CONSTANT(AF_NETLINK);
  CONSTANT(SOCK_STREAM);
  CONSTANT(SOCK_RAW);
  CONSTANT(SOCK_NONBLOCK);
  CONSTANT(SOCK_CLOEXEC);
  CONSTANT(MSG_DONTWAIT);
  CONSTANT(MSG_NOSIGNAL);
  CONSTANT(MSG_WAITALL);
  CONSTANT(SHUT_WR);
  CONSTANT(SHUT_RDWR);
  CONSTANT(SOL_SOCKET);
  CONSTANT(SO_REUSEADDR);
  CONSTANT(SO_REUSEPORT);
  CONSTANT(SO_OOBINLINE);
  CONSTANT(SO_ERROR);
  CONSTANT(SO_LINGER);
  CONSTANT(SO_KEEPALIVE);
  CONSTANT(SO_SNDBUF);
  CONSTANT(SO_RCVBUF);
  CONSTANT(SO_RCVTIMEO);
  CONSTANT(SO_SNDTIMEO);
  CONSTANT(IPPROTO_IP);
  CONSTANT(IP_BIND_ADDRESS_NO_PORT);
  CONSTANT(IPPROTO_TCP);
  CONSTANT(TCP_LISTEN);
  CONSTANT(TCP_NODELAY);
  CONSTANT(TCP_KEEPIDLE);
  CONSTANT(TCP_KEEPINTVL);
  CONSTANT(TCP_USER_TIMEOUT);
  CONSTANT(TCP_INFO);
  CONSTANT(NETLINK_SOCK_DIAG);
  CONSTANT(NLM_F_DUMP);
  CONSTANT(NLM_F_REQUEST);
  CONSTANT(NLMSG_DONE);
  CONSTANT(SOCK_DIAG_BY_FAMILY);
  export_constant(env, exports, "TCP_INFO_UNACKED_WORD", offsetof(struct tcp_info, tcpi_unacked) / 4);
  export_constant(env, exports, "SOCKADDR_PORT_OFFSET", offsetof(struct sockaddr_in, sin_port));
  export_constant(env, exports, "SOCKADDR_IN_ADDRESS_OFFSET", offsetof(struct sockaddr_in, sin_addr));
  export_constant(env, exports, "SOCKADDR_IN6_ADDRESS_OFFSET", offsetof(struct sockaddr_in6, sin6_addr));
  export_constant(env, exports, "SOCKADDR_IN_BYTES", sizeof(struct sockaddr_in));
  export_constant(env, exports, "SOCKADDR_IN6_BYTES", sizeof(struct sockaddr_in6));
}
