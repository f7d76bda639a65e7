/* Addresses as text: inet_pton(3), inet_ntop(3). They are off the hot path, so they may allocate. */
#include "posix.h"
#include <arpa/inet.h>
#include <string.h>

/* Returns 1 when the text is an address of the family, else 0. */
static napi_value posix_inet_pton(const struct arguments *args) {
  char text[INET6_ADDRSTRLEN + 1] = "";
  size_t length;
  if (napi_get_value_string_utf8(args->env, args->values[1], text, sizeof text, &length) != napi_ok) return error_result(args, EINVAL);
  /* Reject text that is longer than any address or contains a NUL: its beginning alone may be a valid address. */
  if (length >= INET6_ADDRSTRLEN || strlen(text) != length) return integer(args->env, 0);
  struct span into = arg_span(args, 2);
  if (into.length < sizeof(struct in6_addr)) return error_result(args, EFAULT);
  return syscall_result(args, inet_pton(arg_int(args, 0), text, into.data));
}

/* Returns the text, or "" for an unknown family. */
static napi_value posix_inet_ntop(const struct arguments *args) {
  char text[INET6_ADDRSTRLEN] = "";
  int family = arg_int(args, 0);
  struct span from = arg_span(args, 1);
  size_t offset = arg_uint(args, 2);
  size_t bytes = family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
  if (offset <= from.length && bytes <= from.length - offset) inet_ntop(family, from.data + offset, text, sizeof text);
  napi_value result;
  napi_create_string_utf8(args->env, text, NAPI_AUTO_LENGTH, &result);
  return result;
}

void export_address(napi_env env, napi_value exports) {
  FUNCTION(inet_pton);
  FUNCTION(inet_ntop);
}
