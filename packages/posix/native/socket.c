/* Sockets: socket(2) to send(2). Addresses are struct sockaddr, see ip(7) and ipv6(7); src/address.ts reads them. */
#include "posix.h"
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static napi_value posix_socket(const struct arguments *args) {
  return syscall_result(args, socket(arg_int(args, 0), arg_int(args, 1), arg_int(args, 2)));
}

static napi_value posix_bind(const struct arguments *args) {
  struct span address = arg_span(args, 1);
  if (address.data == NULL) return error_result(args, EFAULT);
  return syscall_result(args, bind(arg_int(args, 0), (struct sockaddr *)address.data, address.length));
}

static napi_value posix_listen(const struct arguments *args) {
  return syscall_result(args, listen(arg_int(args, 0), arg_int(args, 1)));
}

static napi_value posix_accept4(const struct arguments *args) {
  struct span peer = arg_slice(args, 1, 2, 3);
  if (peer.data == NULL) return error_result(args, EFAULT);
  socklen_t length = peer.length;
  return syscall_result(args, accept4(arg_int(args, 0), (struct sockaddr *)peer.data, &length, arg_int(args, 4)));
}

static napi_value posix_connect(const struct arguments *args) {
  struct span address = arg_span(args, 1);
  if (address.data == NULL) return error_result(args, EFAULT);
  return syscall_result(args, connect(arg_int(args, 0), (struct sockaddr *)address.data, address.length));
}

static napi_value posix_shutdown(const struct arguments *args) {
  return syscall_result(args, shutdown(arg_int(args, 0), arg_int(args, 1)));
}

static napi_value posix_close(const struct arguments *args) {
  return syscall_result(args, close(arg_int(args, 0)));
}

static napi_value posix_recv(const struct arguments *args) {
  struct span into = arg_slice(args, 1, 2, 3);
  if (into.data == NULL) return error_result(args, EFAULT);
  return syscall_result(args, recv(arg_int(args, 0), into.data, into.length, 0));
}

/* MSG_NOSIGNAL: a closed peer causes EPIPE for its connection, not SIGPIPE for the process. */
static napi_value posix_send(const struct arguments *args) {
  struct span from = arg_slice(args, 1, 2, 3);
  if (from.data == NULL) return error_result(args, EFAULT);
  return syscall_result(args, send(arg_int(args, 0), from.data, from.length, MSG_NOSIGNAL));
}

static napi_value posix_setsockopt(const struct arguments *args) {
  struct span value = arg_span(args, 3);
  if (value.data == NULL) return error_result(args, EFAULT);
  return syscall_result(args, setsockopt(arg_int(args, 0), arg_int(args, 1), arg_int(args, 2), value.data,
                                  value.length));
}

static napi_value posix_getsockopt(const struct arguments *args) {
  struct span value = arg_span(args, 3);
  if (value.data == NULL) return error_result(args, EFAULT);
  socklen_t length = value.length;
  return syscall_result(args, getsockopt(arg_int(args, 0), arg_int(args, 1), arg_int(args, 2), value.data,
                                  &length));
}

static napi_value posix_getsockname(const struct arguments *args) {
  struct span address = arg_span(args, 1);
  if (address.data == NULL) return error_result(args, EFAULT);
  socklen_t length = address.length;
  return syscall_result(args, getsockname(arg_int(args, 0), (struct sockaddr *)address.data, &length));
}

static napi_value posix_getpeername(const struct arguments *args) {
  struct span address = arg_span(args, 1);
  if (address.data == NULL) return error_result(args, EFAULT);
  socklen_t length = address.length;
  return syscall_result(args, getpeername(arg_int(args, 0), (struct sockaddr *)address.data, &length));
}

_Static_assert(offsetof(struct sockaddr_in, sin_port) == offsetof(struct sockaddr_in6, sin6_port),
               "both families keep the port at one offset");

void export_socket(napi_env env, napi_value exports) {
  FUNCTION(socket);
  FUNCTION(bind);
  FUNCTION(listen);
  REGISTERED_FUNCTION(accept4);
  FUNCTION(connect);
  FUNCTION(shutdown);
  FUNCTION(close);
  REGISTERED_FUNCTION(recv);
  REGISTERED_FUNCTION(send);
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
