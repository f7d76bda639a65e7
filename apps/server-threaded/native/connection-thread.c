/* Body of a connection's thread: recv, send, until the client closes. It is C because a JavaScript thread costs 6 MB
 * and 20 ms. The accept loop and all decisions are TypeScript (src/acceptor.ts).
 *
 * A thread touches no JavaScript. It counts in its own row of the ledger, which is shared memory. Its slot shows its
 * phase to the acceptor, so that the acceptor never shuts down a descriptor number that another connection has taken
 * over:
 *
 *     RECEIVING ◀──▶ SENDING            the thread moves between these two
 *         │              │
 *         │ drain()      │ drain()      the acceptor requests the end
 *         ▼              ▼
 *     FINISHED ◀── FINISH_DUE           FIN is sent, at once or after the present echo; later input is dropped
 *
 * FREE: no thread. close() of a slot's descriptor, and the acceptor's shutdown(), happen under the slot's lock only. */
#include "../build/ledger-row.h"
#include "marshal.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum phase { FREE, RECEIVING, SENDING, FINISH_DUE, FINISHED };

struct slot {
  pthread_mutex_t lock; /* PTHREAD_MUTEX_INITIALIZER is all zeros, so the pages of unused slots stay untouched */
  atomic_int phase;
  int fd;
  bool aborted;
  struct table *table;
};

struct table {
  double *rows;
  int32_t *states;
  size_t capacity;
  size_t buffer_bytes;
  pthread_attr_t attributes;
  atomic_int live;
  atomic_long short_writes;
  napi_ref rows_ref, states_ref;
  struct slot slots[];
};

static double now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static size_t count_newlines(const char *bytes, size_t length) {
  size_t newlines = 0;
  const char *end = bytes + length;
  while ((bytes = memchr(bytes, '\n', (size_t)(end - bytes))) != NULL) {
    newlines++;
    bytes++;
  }
  return newlines;
}

/* Returns whether a call that signals keep interrupting has lasted as long as its socket's SO_RCVTIMEO or SO_SNDTIMEO says:
 * the kernel starts the time again with each call. since_us is 0 before the first interruption. */
static bool is_overdue(int fd, int option, double *since_us) {
  struct timeval limit = {0, 0};
  socklen_t size = sizeof limit;
  if (*since_us == 0) *since_us = now_us();
  getsockopt(fd, SOL_SOCKET, option, &limit, &size);
  double limit_us = (double)limit.tv_sec * 1e6 + (double)limit.tv_usec;
  return limit_us > 0 && now_us() - *since_us >= limit_us;
}

/* Returns 0 when the kernel has taken all bytes, else the error number. */
static int send_all(struct slot *slot, double *row, const char *bytes, size_t length) {
  size_t sent = 0;
  double interrupted_us = 0;
  while (sent < length) {
    row[FIELD_SEND_CALLS]++;
    ssize_t n = send(slot->fd, bytes + sent, length - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) {
      if (is_overdue(slot->fd, SO_SNDTIMEO, &interrupted_us)) return EAGAIN;
      continue;
    }
    if (n < 0) return errno;
    interrupted_us = 0;
    sent += (size_t)n;
    row[FIELD_BYTES_SENT] += (double)n;
    if (sent < length) atomic_fetch_add_explicit(&slot->table->short_writes, 1, memory_order_relaxed);
  }
  return 0;
}

static bool move(struct slot *slot, int from, int to) { return atomic_compare_exchange_strong(&slot->phase, &from, to); }

/* SO_SNDTIMEO expired: no error number is negative. */
enum { STALLED = -1 };

/* Echoes one batch. Returns 0, STALLED or the error number. */
static int echo(struct slot *slot, double *row, const char *bytes, size_t length) {
  if (!move(slot, RECEIVING, SENDING)) return 0; /* FINISHED: the input is dropped */
  row[FIELD_REQUESTS] += (double)count_newlines(bytes, length);
  int error = send_all(slot, row, bytes, length);
  if (error == EAGAIN) error = STALLED;
  if (!move(slot, SENDING, RECEIVING)) {
    shutdown(slot->fd, SHUT_WR);
    atomic_store(&slot->phase, FINISHED);
  }
  return error;
}

/* Returns 0 at end of file, else STALLED or the error number. */
static int serve(struct slot *slot, double *row) {
  char buffer[slot->table->buffer_bytes];
  double interrupted_us = 0;
  for (;;) {
    row[FIELD_RECV_CALLS]++;
    ssize_t n = recv(slot->fd, buffer, sizeof buffer, 0);
    if (n == 0) return 0;
    if (n < 0 && errno == EINTR) {
      if (is_overdue(slot->fd, SO_RCVTIMEO, &interrupted_us)) return EAGAIN;
      continue;
    }
    if (n < 0) return errno;
    interrupted_us = 0;
    row[FIELD_BYTES_RECEIVED] += (double)n;
    int error = echo(slot, row, buffer, (size_t)n);
    if (error != 0) return error;
  }
}

static int close_reason(const struct slot *slot, int error) {
  if (slot->aborted) return CLOSE_ABORTED;
  if (error == STALLED) return CLOSE_STALLED;
  if (error == EAGAIN) return CLOSE_IDLE_TIMEOUT; /* SO_RCVTIMEO expired */
  if (error == ETIMEDOUT || error == EHOSTUNREACH || error == ENETUNREACH) return CLOSE_VANISHED;
  if (error == ECONNRESET || error == EPIPE) return CLOSE_RESET;
  if (error != 0) return CLOSE_ERROR;
  return atomic_load(&slot->phase) == FINISHED ? CLOSE_DRAINED : CLOSE_CLIENT_CLOSED;
}

static void *connection_thread(void *argument) {
  struct slot *slot = argument;
  struct table *table = slot->table;
  size_t index = (size_t)(slot - table->slots);
  double *row = table->rows + index * FIELDS_PER_ROW;
  int error = serve(slot, row);

  pthread_mutex_lock(&slot->lock);
  int reason = close_reason(slot, error);
  close(slot->fd);
  atomic_store(&slot->phase, FREE);
  pthread_mutex_unlock(&slot->lock);

  row[FIELD_CLOSED_US] = now_us();
  __atomic_store_n(&table->states[index], ROW_CLOSED + reason, __ATOMIC_SEQ_CST);
  atomic_fetch_sub(&table->live, 1);
  return NULL;
}

/* Marks the external values of this addon: another addon's would be read as a table. */
static const napi_type_tag TABLE = {0x63316b2d6c616221, 0x7468726561647321};

static struct table *arg_table(napi_env env, napi_value value) {
  void *table = NULL;
  bool is_table = false;
  napi_valuetype type;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_external) return NULL;
  napi_check_object_type_tag(env, value, &TABLE, &is_table);
  if (is_table) napi_get_value_external(env, value, &table);
  return table;
}

static void for_each_live(struct table *table, void (*act)(struct slot *)) {
  for (size_t i = 0; i < table->capacity; i++) {
    struct slot *slot = &table->slots[i];
    if (atomic_load(&slot->phase) == FREE) continue;
    pthread_mutex_lock(&slot->lock);
    if (atomic_load(&slot->phase) != FREE) act(slot);
    pthread_mutex_unlock(&slot->lock);
  }
}

static void finish(struct slot *slot) {
  if (move(slot, RECEIVING, FINISHED)) shutdown(slot->fd, SHUT_WR);
  else move(slot, SENDING, FINISH_DUE);
}

static void cut(struct slot *slot) {
  slot->aborted = true;
  shutdown(slot->fd, SHUT_RDWR); /* close() would not wake a thread that sleeps in recv */
}

/* Ends all threads when the environment ends (process.exit, uncaught error): none may outlive the memory it uses. */
static void end_all(void *data) {
  struct table *table = data;
  struct timespec pause = {0, 1000000};
  while (atomic_load(&table->live) > 0) {
    for_each_live(table, cut);
    nanosleep(&pause, NULL);
  }
}

static void free_table(napi_env env, void *data, void *hint) {
  struct table *table = data;
  (void)hint;
  napi_remove_env_cleanup_hook(env, end_all, table);
  end_all(table);
  napi_delete_reference(env, table->rows_ref);
  napi_delete_reference(env, table->states_ref);
  pthread_attr_destroy(&table->attributes);
  free(table);
}

/* Returns NULL without memory, or when the stack is smaller than the system's least. */
static struct table *new_table(double *rows, int32_t *states, size_t capacity, size_t stack_bytes, size_t buffer_bytes) {
  struct table *table = calloc(1, sizeof *table + capacity * sizeof(struct slot));
  if (table == NULL) return NULL;
  table->rows = rows;
  table->states = states;
  table->capacity = capacity;
  table->buffer_bytes = buffer_bytes;
  pthread_attr_init(&table->attributes);
  pthread_attr_setdetachstate(&table->attributes, PTHREAD_CREATE_DETACHED);
  if (pthread_attr_setstacksize(&table->attributes, stack_bytes) == 0) return table;
  free(table);
  return NULL;
}

/* Returns whether the value is a typed array of this type on shared memory. Other memory can be freed, by a transfer to another
 * thread or by resizing, while threads count in it. */
static bool is_shared_array(napi_env env, napi_value value, napi_typedarray_type wanted) {
  napi_typedarray_type type;
  napi_value memory;
  bool is_own = true;
  if (napi_get_typedarray_info(env, value, &type, NULL, NULL, &memory, NULL) != napi_ok) return false;
  return type == wanted && napi_is_arraybuffer(env, memory, &is_own) == napi_ok && !is_own;
}

/* (rows, states, stackBytes, bufferBytes) → table with one slot per row of the ledger. */
static napi_value create_table(napi_env env, napi_callback_info info) {
  struct arguments args = read_arguments(env, info, NULL);
  if (!is_shared_array(env, args.values[0], napi_float64_array) || !is_shared_array(env, args.values[1], napi_int32_array)) {
    napi_throw_type_error(env, NULL, "rows and states are a Float64Array and an Int32Array on shared memory");
    return NULL;
  }
  struct span rows = arg_span(&args, 0);
  struct span states = arg_span(&args, 1);
  size_t capacity = states.length / sizeof(int32_t);
  size_t stack_bytes = arg_uint(&args, 2);
  size_t buffer_bytes = arg_uint(&args, 3);
  if (rows.length < capacity * FIELDS_PER_ROW * sizeof(double)) {
    napi_throw_range_error(env, NULL, "rows and states do not fit together");
    return NULL;
  }
  if (buffer_bytes == 0 || buffer_bytes > stack_bytes / 2) {
    napi_throw_range_error(env, NULL, "the buffer is one byte to half of the stack");
    return NULL;
  }
  struct table *table = new_table((double *)rows.data, (int32_t *)states.data, capacity, stack_bytes, buffer_bytes);
  if (table == NULL) {
    napi_throw_range_error(env, NULL, "no memory for the table of threads, or the stack size is too small");
    return NULL;
  }
  napi_value external;
  napi_create_reference(env, args.values[0], 1, &table->rows_ref);
  napi_create_reference(env, args.values[1], 1, &table->states_ref);
  napi_add_env_cleanup_hook(env, end_all, table);
  napi_create_external(env, table, free_table, NULL, &external);
  napi_type_tag_object(env, external, &TABLE);
  return external;
}

/* Returns 0 or the error number of pthread_create(3). The thread inherits a mask that blocks every signal. */
static int start(struct table *table, size_t row, int fd) {
  struct slot *slot = &table->slots[row];
  if (atomic_load(&slot->phase) != FREE) return EBUSY;
  slot->table = table;
  slot->fd = fd;
  slot->aborted = false;
  atomic_store(&slot->phase, RECEIVING);
  atomic_fetch_add(&table->live, 1);

  pthread_t thread;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&thread, &table->attributes, connection_thread, slot);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error != 0) {
    atomic_store(&slot->phase, FREE);
    atomic_fetch_sub(&table->live, 1);
  }
  return error;
}

/* (table, row, fd) → 0 or -errno of pthread_create(3); -EBUSY when the row has a thread. */
static napi_value start_thread(napi_env env, napi_callback_info info) {
  struct arguments args = read_arguments(env, info, NULL);
  struct table *table = arg_table(env, args.values[0]);
  int row = arg_int(&args, 1);
  int fd = arg_int(&args, 2);
  if (table == NULL || row < 0 || (size_t)row >= table->capacity || fd < 0) return error_result(&args, EINVAL);
  return integer(env, -start(table, (size_t)row, fd));
}

/* Sends each connection its pending echo and a FIN. */
static napi_value drain_threads(napi_env env, napi_callback_info info) {
  struct arguments args = read_arguments(env, info, NULL);
  struct table *table = arg_table(env, args.values[0]);
  if (table != NULL) for_each_live(table, finish);
  return integer(env, 0);
}

/* Cuts every connection. */
static napi_value abort_threads(napi_env env, napi_callback_info info) {
  struct arguments args = read_arguments(env, info, NULL);
  struct table *table = arg_table(env, args.values[0]);
  if (table != NULL) for_each_live(table, cut);
  return integer(env, 0);
}

/* Returns the number of threads that have not ended. */
static napi_value live_threads(napi_env env, napi_callback_info info) {
  struct arguments args = read_arguments(env, info, NULL);
  struct table *table = arg_table(env, args.values[0]);
  return integer(env, table == NULL ? 0 : atomic_load(&table->live));
}

static napi_value short_writes(napi_env env, napi_callback_info info) {
  struct arguments args = read_arguments(env, info, NULL);
  struct table *table = arg_table(env, args.values[0]);
  return number(env, table == NULL ? 0 : (double)atomic_load(&table->short_writes));
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  export_function(env, exports, "createTable", create_table, NULL);
  export_function(env, exports, "startThread", start_thread, NULL);
  export_function(env, exports, "drainThreads", drain_threads, NULL);
  export_function(env, exports, "abortThreads", abort_threads, NULL);
  export_function(env, exports, "liveThreads", live_threads, NULL);
  export_function(env, exports, "shortWrites", short_writes, NULL);
  return exports;
}
