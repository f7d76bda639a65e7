/* The two ways to call the addon's functions: with values of JavaScript, and on registered memory, see marshal.h. Registered
 * memory must stay: who detaches or shrinks it afterwards frees it. */
#include "posix.h"
#include <stdlib.h>

typedef napi_value function(const struct arguments *args);

struct registered_function {
  function *function;
  struct registration registration;
};

napi_value call_function(napi_env env, napi_callback_info info) {
  void *data;
  struct arguments args = read_arguments(env, info, &data);
  return ((function *)data)(&args);
}

static napi_value call_registered(napi_env env, napi_callback_info info) {
  void *data;
  napi_get_cb_info(env, info, NULL, NULL, NULL, &data);
  const struct registered_function *registered = data;
  struct arguments args;
  args.env = env;
  args.registration = &registered->registration;
  return registered->function(&args);
}

/* Returns the memory of an array, which is kept alive as long as the environment; nothing of any other value. */
static struct span keep_span(napi_env env, napi_value value) {
  struct span span = span_of(env, value);
  napi_ref ref;
  if (span.data != NULL && napi_create_reference(env, value, 1, &ref) != napi_ok) span = (struct span){NULL, 0};
  return span;
}

/* (Float64Array of registers, an array in the place of each argument that is one): the function, without arguments. */
napi_value register_function(napi_env env, napi_callback_info info) {
  napi_value values[1 + MOST_ARGUMENTS];
  size_t count = 1 + MOST_ARGUMENTS;
  void *function;
  napi_get_cb_info(env, info, &count, values, NULL, &function);
  struct span registers = keep_span(env, values[0]);
  if (registers.length < REGISTERS * sizeof(double)) return integer(env, -EFAULT);
  struct registered_function *registered = calloc(1, sizeof *registered);
  if (registered == NULL) return integer(env, -ENOMEM);
  if (napi_add_env_cleanup_hook(env, free, registered) != napi_ok) abort();
  registered->function = function;
  registered->registration.registers = registers;
  for (size_t at = 0; at < MOST_ARGUMENTS; at++)
    registered->registration.memory[at] = keep_span(env, values[1 + at]);
  return bound_function(env, "registered", call_registered, registered);
}

void export_registered(napi_env env, napi_value exports) {
  export_constant(env, exports, "REGISTERS", REGISTERS);
  export_constant(env, exports, "RESULT_REGISTER", MOST_ARGUMENTS);
}
