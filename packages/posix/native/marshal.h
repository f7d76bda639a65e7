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

struct span {
  uint8_t *data;
  size_t length;
};

enum { MOST_ARGUMENTS = 5, REGISTERS };

/* Memory that is registered once for a function. Its calls have no arguments of JavaScript, so Node-API converts nothing:
 * argument i is the memory i or the double i of the registers, the last of which takes the result. */
struct registration {
  struct span registers;
  struct span memory[MOST_ARGUMENTS];
};

/* Arguments of a call: values of JavaScript, or what was registered. */
struct arguments {
  napi_env env;
  napi_value values[MOST_ARGUMENTS];
  const struct registration *registration;
};

static inline struct arguments read_arguments(napi_env env, napi_callback_info info, void **data) {
  struct arguments args = {.env = env};
  size_t count = MOST_ARGUMENTS;
  napi_get_cb_info(env, info, &count, args.values, NULL, data);
  return args;
}

/* Reads a number; false for any other value. */
static inline bool read_number(const struct arguments *args, size_t at, double *number) {
  if (args->registration == NULL) return napi_get_value_double(args->env, args->values[at], number) == napi_ok;
  memcpy(number, args->registration->registers.data + at * sizeof *number, sizeof *number);
  return true;
}

/* Reads a whole number that fits an int or an unsigned int; false for any other value. */
static inline bool whole_number(const struct arguments *args, size_t at, int64_t *whole) {
  double number;
  if (!read_number(args, at, &number)) return false;
  if (!(number >= INT32_MIN && number <= UINT32_MAX)) return false;
  *whole = (int64_t)number;
  return (double)*whole == number;
}

static inline int32_t arg_int(const struct arguments *args, size_t at) {
  int64_t whole;
  return whole_number(args, at, &whole) && whole <= INT32_MAX ? (int32_t)whole : -1;
}

/* JavaScript's bit operations yield a negative number when bit 31 is set, so the bits are taken as they are. */
static inline uint32_t arg_uint(const struct arguments *args, size_t at) {
  int64_t whole;
  return whole_number(args, at, &whole) ? (uint32_t)whole : 0;
}

/* Returns -1 for what is no number. */
static inline double arg_double(const struct arguments *args, size_t at) {
  double number;
  return read_number(args, at, &number) ? number : -1;
}

/* Reads a time-out that may be negative (no limit); false for what is no number, which would otherwise wait without
 * limit. A fraction is rounded up. `most` is what the system call can take. */
static inline bool arg_timeout(const struct arguments *args, size_t at, double most, int64_t *timeout) {
  double number;
  if (!read_number(args, at, &number) || number != number) return false;
  if (number < 0) *timeout = -1;
  else if (number >= most) *timeout = (int64_t)most;
  else *timeout = (int64_t)number + ((double)(int64_t)number < number);
  return true;
}

/* Returns the memory of a typed array or a DataView, shared or not. napi_get_typedarray_info asks for each type in turn. */
static inline struct span span_of(napi_env env, napi_value value) {
  struct span span = {NULL, 0};
  bool is_view;
  void *data;
  if (napi_is_buffer(env, value, &is_view) != napi_ok || !is_view) return span;
  if (napi_get_buffer_info(env, value, &data, &span.length) == napi_ok) span.data = data;
  return span;
}

static inline struct span arg_span(const struct arguments *args, size_t at) {
  return args->registration == NULL ? span_of(args->env, args->values[at]) : args->registration->memory[at];
}

/* Stores a double where the caller's array begins, which need not be aligned. */
static inline void store_double(struct span into, size_t index, double value) {
  memcpy(into.data + index * sizeof value, &value, sizeof value);
}

static inline double microseconds(struct timespec time) { return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3; }

/* Returns `length` bytes of an array from `offset` on; data == NULL when they are not all inside. */
static inline struct span arg_slice(const struct arguments *args, size_t array, size_t offset, size_t length) {
  struct span slice = {NULL, 0};
  int64_t from, count;
  if (!whole_number(args, offset, &from) || !whole_number(args, length, &count)) return slice;
  struct span whole = arg_span(args, array);
  if (whole.data == NULL || from < 0 || count < 0) return slice;
  if ((size_t)from > whole.length || (size_t)count > whole.length - (size_t)from) return slice;
  slice.data = whole.data + from;
  slice.length = (size_t)count;
  return slice;
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

static inline napi_value call_result(const struct arguments *args, int32_t result) {
  if (args->registration == NULL) return integer(args->env, result);
  store_double(args->registration->registers, MOST_ARGUMENTS, result);
  return NULL;
}

/* Returns the result of a system call, or -errno: the convention of the whole addon. */
static inline napi_value syscall_result(const struct arguments *args, long rc) {
  return call_result(args, rc < 0 ? -errno : (int32_t)rc);
}

static inline napi_value error_result(const struct arguments *args, int error) { return call_result(args, -error); }

static inline napi_value bound_function(napi_env env, const char *name, napi_callback callback, void *data) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, data, &function);
  return function;
}

static inline void export_function(napi_env env, napi_value exports, const char *name, napi_callback callback,
                                   void *data) {
  napi_set_named_property(env, exports, name, bound_function(env, name, callback, data));
}

static inline void export_constant(napi_env env, napi_value exports, const char *name, double value) {
  napi_set_named_property(env, exports, name, number(env, value));
}

#define CONSTANT(name) export_constant(env, exports, #name, (double)(name))

#endif
