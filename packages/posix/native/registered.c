/* Calls without arguments. Their memory is registered once, as that of io_uring is; it holds arguments and results. Node-API
 * then converts nothing, which saves 100 ns a call. The memory must stay: who detaches or shrinks it afterwards frees it. */
#include "marshal.h"
#include "posix.h"
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

/* Words of the registers. */
enum { FD, OFFSET, LENGTH, RESULT, REGISTERS };

struct registration {
  struct span output, input;
  struct span registers; /* of a clock: the microseconds */
  clockid_t clock;
};

/* Keeps an array alive as long as the environment. */
static struct span register_span(napi_env env, napi_value value, size_t least) {
  struct span span = arg_span(env, value);
  napi_ref ref;
  if (span.length < least || napi_create_reference(env, value, 1, &ref) != napi_ok) span.data = NULL;
  return span;
}

static struct registration *allocate_registration(napi_env env) {
  struct registration *registration = calloc(1, sizeof *registration);
  if (registration != NULL && napi_add_env_cleanup_hook(env, free, registration) != napi_ok) abort();
  return registration;
}

static inline struct registration *registration_of(napi_env env, napi_callback_info info) {
  void *data = NULL;
  napi_get_cb_info(env, info, NULL, NULL, NULL, &data);
  return data;
}

static inline int32_t load_register(const struct registration *registration, size_t index) {
  int32_t value;
  memcpy(&value, registration->registers.data + index * sizeof value, sizeof value);
  return value;
}

static inline void store_result(const struct registration *registration, ssize_t rc) {
  int32_t value = rc < 0 ? -errno : (int32_t)rc;
  memcpy(registration->registers.data + RESULT * sizeof value, &value, sizeof value);
}

/* Returns the slice that the registers name, as arg_slice does. */
static inline struct span named_slice(const struct registration *registration, struct span whole) {
  return slice_of(whole, load_register(registration, OFFSET), load_register(registration, LENGTH));
}

static napi_value registered_send(napi_env env, napi_callback_info info) {
  const struct registration *registration = registration_of(env, info);
  struct span from = named_slice(registration, registration->output);
  errno = EFAULT;
  store_result(registration, from.data == NULL
                                 ? -1
                                 : send(load_register(registration, FD), from.data, from.length, MSG_NOSIGNAL));
  return NULL;
}

static napi_value registered_recv(napi_env env, napi_callback_info info) {
  const struct registration *registration = registration_of(env, info);
  struct span into = named_slice(registration, registration->input);
  errno = EFAULT;
  store_result(registration,
               into.data == NULL ? -1 : recv(load_register(registration, FD), into.data, into.length, 0));
  return NULL;
}

static napi_value registered_clock(napi_env env, napi_callback_info info) {
  const struct registration *registration = registration_of(env, info);
  struct timespec now;
  if (clock_gettime(registration->clock, &now) == 0) store_double(registration->registers, 0, microseconds(now));
  return NULL;
}

/* (Int32Array [fd, offset, length, result], output, input): {send, recv}. */
static napi_value posix_register_io(napi_env env, napi_callback_info info) {
  ARGS(3);
  struct span registers = register_span(env, argv[0], REGISTERS * sizeof(int32_t));
  struct span output = register_span(env, argv[1], 0);
  struct span input = register_span(env, argv[2], 0);
  if (registers.data == NULL || output.data == NULL || input.data == NULL) return error_result(env, EFAULT);
  struct registration *registration = allocate_registration(env);
  if (registration == NULL) return error_result(env, ENOMEM);
  *registration = (struct registration){.registers = registers, .output = output, .input = input};
  napi_value calls;
  napi_create_object(env, &calls);
  napi_set_named_property(env, calls, "send", bound_function(env, "send", registered_send, registration));
  napi_set_named_property(env, calls, "recv", bound_function(env, "recv", registered_recv, registration));
  return calls;
}

/* (clock, Float64Array [microseconds]): a function. */
static napi_value posix_register_clock(napi_env env, napi_callback_info info) {
  ARGS(2);
  struct timespec now;
  clockid_t clock = arg_int(env, argv[0]);
  if (clock_gettime(clock, &now) < 0) return error_result(env, errno);
  struct span registers = register_span(env, argv[1], sizeof(double));
  if (registers.data == NULL) return error_result(env, EFAULT);
  struct registration *registration = allocate_registration(env);
  if (registration == NULL) return error_result(env, ENOMEM);
  *registration = (struct registration){.registers = registers, .clock = clock};
  return bound_function(env, "clock", registered_clock, registration);
}

void export_registered(napi_env env, napi_value exports) {
  FUNCTION(register_io);
  FUNCTION(register_clock);
}
