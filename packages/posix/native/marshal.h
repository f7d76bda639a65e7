/* All conversions between JavaScript values and C. No other file calls Node-API for them.
 *
 * A wrong argument must not reach a system call as a valid one. A value that is no integer becomes -1, so the kernel
 * answers EBADF or EINVAL; Node-API's own conversion would turn NaN or 2^32 into descriptor 0. A slice outside its
 * buffer becomes data == NULL, and the callers return -EFAULT.
 * There is no state here, because each worker thread loads the addon into an environment of its own. */
#ifndef MARSHAL_H
#define MARSHAL_H

#include <errno.h>
#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#define ARGS(count)                                                     \
  size_t argc = (count);                                                \
  napi_value argv[(count)] = {0};                                       \
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL)

struct span {
  uint8_t *data;
  size_t length;
};

/* Reads a whole number that fits an int or an unsigned int; false for any other value. */
static inline bool whole_number(napi_env env, napi_value value, int64_t *whole) {
  double number;
  if (napi_get_value_double(env, value, &number) != napi_ok) return false;
  if (!(number >= INT32_MIN && number <= UINT32_MAX)) return false;
  *whole = (int64_t)number;
  return (double)*whole == number;
}

static inline int32_t arg_int(napi_env env, napi_value value) {
  int64_t whole;
  return whole_number(env, value, &whole) && whole <= INT32_MAX ? (int32_t)whole : -1;
}

/* JavaScript's bit operations yield a negative number when bit 31 is set, so the bits are taken as they are. */
static inline uint32_t arg_uint(napi_env env, napi_value value) {
  int64_t whole;
  return whole_number(env, value, &whole) ? (uint32_t)whole : 0;
}

/* Returns -1 for what is no number. */
static inline double arg_double(napi_env env, napi_value value) {
  double number;
  return napi_get_value_double(env, value, &number) == napi_ok ? number : -1;
}

/* Reads a time-out that may be negative (no limit); false for what is no number, which would otherwise wait without
 * limit. A fraction is rounded up. `most` is what the system call can take. */
static inline bool arg_timeout(napi_env env, napi_value value, double most, int64_t *timeout) {
  double number;
  if (napi_get_value_double(env, value, &number) != napi_ok || number != number) return false;
  if (number < 0) *timeout = -1;
  else if (number >= most) *timeout = (int64_t)most;
  else *timeout = (int64_t)number + ((double)(int64_t)number < number);
  return true;
}

/* Returns the memory of a typed array or a DataView, shared or not. napi_get_typedarray_info asks for each type in turn. */
static inline struct span arg_span(napi_env env, napi_value value) {
  struct span span = {NULL, 0};
  bool is_view;
  void *data;
  if (napi_is_buffer(env, value, &is_view) != napi_ok || !is_view) return span;
  if (napi_get_buffer_info(env, value, &data, &span.length) == napi_ok) span.data = data;
  return span;
}

/* Stores a double where the caller's array begins, which need not be aligned. */
static inline void store_double(struct span into, size_t index, double value) {
  memcpy(into.data + index * sizeof value, &value, sizeof value);
}

static inline double microseconds(struct timespec time) { return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3; }

/* Returns `count` bytes of `whole` from `from` on; data == NULL when they are not all inside. */
static inline struct span slice_of(struct span whole, int64_t from, int64_t count) {
  struct span slice = {NULL, 0};
  if (whole.data == NULL || from < 0 || count < 0) return slice;
  if ((size_t)from > whole.length || (size_t)count > whole.length - (size_t)from) return slice;
  slice.data = whole.data + from;
  slice.length = (size_t)count;
  return slice;
}

/* Returns `length` bytes of an array from `offset` on; data == NULL when they are not all inside. */
static inline struct span arg_slice(napi_env env, napi_value value, napi_value offset, napi_value length) {
  int64_t from, count;
  if (!whole_number(env, offset, &from) || !whole_number(env, length, &count)) return (struct span){NULL, 0};
  return slice_of(arg_span(env, value), from, count);
}

static inline napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

static inline napi_value integer(napi_env env, int32_t value) {
  napi_value result;
  napi_create_int32(env, value, &result);
  return result;
}

/* Returns the result of a system call, or -errno: the convention of the whole addon. */
static inline napi_value syscall_result(napi_env env, long rc) { return integer(env, rc < 0 ? -errno : (int32_t)rc); }

static inline napi_value error_result(napi_env env, int error) { return integer(env, -error); }

/* Returns a function that passes `data` to its callback. */
static inline napi_value bound_function(napi_env env, const char *name, napi_callback callback, void *data) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, data, &function);
  return function;
}

static inline void export_function(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_set_named_property(env, exports, name, bound_function(env, name, callback, NULL));
}

static inline void export_constant(napi_env env, napi_value exports, const char *name, double value) {
  napi_set_named_property(env, exports, name, number(env, value));
}

#define FUNCTION(name) export_function(env, exports, #name, posix_##name)
#define CONSTANT(name) export_constant(env, exports, #name, (double)(name))

#endif
