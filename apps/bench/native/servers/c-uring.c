/* One thread, io_uring(7), without liburing: apps/server-uring in C. Multishot accept, multishot receive into a ring of
 * buffers, and sends from those buffers that complete within the entry that submits them. It needs Linux 6.1. */
#include "server.h"
#include <errno.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The defaults of apps/server-uring, and the size of its small buffers. */
enum { ENTRIES = 2048, COMPLETIONS = 8192, BUFFERS = 512, SMALL_BYTES = 2048, GROUP = 0 };
enum operation { RECEIVE, SEND, ACCEPT, CANCEL };

struct row {
  double connection, opened_us, closed_us, requests, bytes_received, bytes_sent, close_reason, unused;
};

/* Bytes that wait for the client to read. */
struct bytes {
  char *data;
  size_t from, to;
};

struct connection {
  struct row row;
  double last_active_us;
  struct bytes rest, later; /* `rest` is sent, and does not move meanwhile; what arrives is kept in `later` */
  int buffer;               /* receive buffer that is being sent, or -1 */
  size_t length;            /* bytes of the send in flight */
  bool is_sending, is_receiving, is_cancelled, has_ended;
};

static int ring_fd, listener;
static unsigned *sq_head, *sq_tail, *sq_flags, *cq_head, *cq_tail, sq_mask, cq_mask, written;
static struct io_uring_sqe *sqes;
static struct io_uring_cqe *cqes;
static struct io_uring_buf_ring *buffer_ring;
static unsigned short buffer_tail;
static char *buffers;
static struct connection *connections;
static size_t limit;
static double now_us, accepted;

static void *map(size_t length, int fd, uint64_t offset) {
  int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED | MAP_POPULATE;
  void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, flags, fd, (off_t)offset);
  if (memory == MAP_FAILED) fail("mmap");
  return memory;
}

static void open_ring(void) {
  struct io_uring_params params = {.cq_entries = COMPLETIONS};
  params.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                 IORING_SETUP_TASKRUN_FLAG;
  ring_fd = (int)syscall(SYS_io_uring_setup, ENTRIES, &params);
  if (ring_fd < 0) fail("io_uring_setup");
  size_t sq_bytes = params.sq_off.array + params.sq_entries * sizeof(unsigned);
  size_t cq_bytes = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
  char *rings = map(sq_bytes > cq_bytes ? sq_bytes : cq_bytes, ring_fd, IORING_OFF_SQ_RING);
  sqes = map(params.sq_entries * sizeof *sqes, ring_fd, IORING_OFF_SQES);
  sq_head = (unsigned *)(rings + params.sq_off.head);
  sq_tail = (unsigned *)(rings + params.sq_off.tail);
  sq_flags = (unsigned *)(rings + params.sq_off.flags);
  sq_mask = *(unsigned *)(rings + params.sq_off.ring_mask);
  cq_head = (unsigned *)(rings + params.cq_off.head);
  cq_tail = (unsigned *)(rings + params.cq_off.tail);
  cq_mask = *(unsigned *)(rings + params.cq_off.ring_mask);
  cqes = (struct io_uring_cqe *)(rings + params.cq_off.cqes);
  unsigned *array = (unsigned *)(rings + params.sq_off.array);
  for (unsigned at = 0; at < params.sq_entries; at++) array[at] = at;
}

static void recycle(unsigned id) {
  struct io_uring_buf *entry = &buffer_ring->bufs[buffer_tail & (BUFFERS - 1)];
  entry->addr = (uint64_t)(uintptr_t)(buffers + (size_t)id * SMALL_BYTES);
  entry->len = SMALL_BYTES;
  entry->bid = (unsigned short)id;
  __atomic_store_n(&buffer_ring->tail, ++buffer_tail, __ATOMIC_RELEASE);
}

static void open_buffers(void) {
  buffers = map((size_t)BUFFERS * SMALL_BYTES, -1, 0);
  buffer_ring = map(BUFFERS * sizeof(struct io_uring_buf), -1, 0);
  struct io_uring_buf_reg registration = {
      .ring_addr = (uint64_t)(uintptr_t)buffer_ring, .ring_entries = BUFFERS, .bgid = GROUP};
  if (syscall(SYS_io_uring_register, ring_fd, IORING_REGISTER_PBUF_RING, &registration, 1) < 0) fail("io_uring_register");
  for (unsigned id = 0; id < BUFFERS; id++) recycle(id);
}

/* Submits what is written, and waits for `completions`. */
static void enter(unsigned completions) {
  __atomic_store_n(sq_tail, written, __ATOMIC_RELEASE);
  unsigned to_submit = written - __atomic_load_n(sq_head, __ATOMIC_ACQUIRE);
  long result = syscall(SYS_io_uring_enter, ring_fd, to_submit, completions, IORING_ENTER_GETEVENTS, NULL, 0);
  /* EBUSY: completions overflow, reading them makes room. */
  if (result < 0 && errno != EINTR && errno != EBUSY && errno != EAGAIN) fail("io_uring_enter");
}

static struct io_uring_sqe *write_operation(enum io_uring_op code, int fd, enum operation operation) {
  while (written - __atomic_load_n(sq_head, __ATOMIC_ACQUIRE) > sq_mask) enter(0);
  struct io_uring_sqe *sqe = &sqes[written++ & sq_mask];
  memset(sqe, 0, sizeof *sqe);
  sqe->opcode = (uint8_t)code;
  sqe->fd = fd;
  sqe->user_data = (uint64_t)operation << 32 | (uint32_t)fd;
  return sqe;
}

static void accept_connections(void) {
  struct io_uring_sqe *sqe = write_operation(IORING_OP_ACCEPT, listener, ACCEPT);
  sqe->ioprio = IORING_ACCEPT_MULTISHOT;
  sqe->accept_flags = SOCK_CLOEXEC;
}

static size_t count_waiting(const struct connection *connection) {
  return connection->rest.to - connection->rest.from + connection->later.to - connection->later.from;
}

/* Back-pressure: nothing is received while bytes wait for the client to read. */
static void receive_if_free(int fd) {
  struct connection *connection = &connections[fd];
  if (connection->is_receiving || connection->has_ended || count_waiting(connection) > 0) return;
  connection->is_receiving = true;
  struct io_uring_sqe *sqe = write_operation(IORING_OP_RECV, fd, RECEIVE);
  sqe->flags = IOSQE_BUFFER_SELECT;
  sqe->ioprio = IORING_RECV_MULTISHOT;
  sqe->buf_group = GROUP;
}

static void cancel_receive(int fd) {
  struct connection *connection = &connections[fd];
  if (!connection->is_receiving || connection->is_cancelled) return;
  connection->is_cancelled = true;
  struct io_uring_sqe *sqe = write_operation(IORING_OP_ASYNC_CANCEL, -1, CANCEL);
  sqe->addr = (uint64_t)RECEIVE << 32 | (uint32_t)fd;
}

static void send_bytes(int fd, const char *bytes, size_t length, unsigned flags) {
  connections[fd].is_sending = true;
  connections[fd].length = length;
  struct io_uring_sqe *sqe = write_operation(IORING_OP_SEND, fd, SEND);
  sqe->addr = (uint64_t)(uintptr_t)bytes;
  sqe->len = (unsigned)length;
  sqe->msg_flags = flags | MSG_NOSIGNAL;
}

static void append(struct bytes *bytes, const char *data, size_t length) {
  char *grown = realloc(bytes->data, bytes->to + length);
  if (grown == NULL) fail("realloc");
  memcpy(grown + bytes->to, data, length);
  bytes->data = grown;
  bytes->to += length;
}

static void drop(struct bytes *bytes) {
  free(bytes->data);
  *bytes = (struct bytes){0};
}

/* Sends what waits, receives again, closes: whatever the connection needs now. */
static void go_on(int fd) {
  struct connection *connection = &connections[fd];
  if (!connection->is_sending && connection->rest.from == connection->rest.to) {
    drop(&connection->rest);
    connection->rest = connection->later;
    connection->later = (struct bytes){0};
  }
  struct bytes *rest = &connection->rest;
  if (!connection->is_sending && rest->from < rest->to)
    send_bytes(fd, rest->data + rest->from, rest->to - rest->from, 0);
  if (count_waiting(connection) >= BUFFER_BYTES) cancel_receive(fd);
  receive_if_free(fd);
  if (!connection->has_ended || connection->is_receiving || connection->is_sending) return;
  connection->row.closed_us = now_us;
  close(fd);
}

static void end(struct connection *connection) {
  connection->has_ended = true;
  if (!connection->is_sending) drop(&connection->rest);
  drop(&connection->later);
}

static void take(int fd, unsigned id, size_t length) {
  struct connection *connection = &connections[fd];
  const char *bytes = buffers + (size_t)id * SMALL_BYTES;
  connection->row.bytes_received += (double)length;
  connection->row.requests += (double)count_newlines(bytes, length);
  if (connection->is_sending || count_waiting(connection) > 0) {
    append(&connection->later, bytes, length);
    recycle(id);
    return;
  }
  connection->buffer = (int)id;
  send_bytes(fd, bytes, length, MSG_DONTWAIT);
}

static void received(int fd, const struct io_uring_cqe *cqe) {
  struct connection *connection = &connections[fd];
  unsigned id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
  connection->last_active_us = now_us;
  if ((cqe->flags & IORING_CQE_F_MORE) == 0) connection->is_receiving = connection->is_cancelled = false;
  if (cqe->res > 0) take(fd, id, (size_t)cqe->res);
  else if (cqe->flags & IORING_CQE_F_BUFFER) recycle(id);
  if (cqe->res == 0) connection->has_ended = true;
  else if (cqe->res < 0 && cqe->res != -ENOBUFS && cqe->res != -ECANCELED && cqe->res != -EINTR) end(connection);
  go_on(fd);
}

static void sent(int fd, int result) {
  struct connection *connection = &connections[fd];
  size_t sent = result > 0 ? (size_t)result : 0;
  connection->is_sending = false;
  connection->row.bytes_sent += (double)sent;
  if (sent < connection->length) counters.short_writes++;
  if (connection->buffer < 0) connection->rest.from += sent;
  else {
    const char *bytes = buffers + (size_t)connection->buffer * SMALL_BYTES;
    if (sent < connection->length) append(&connection->rest, bytes + sent, connection->length - sent);
    recycle((unsigned)connection->buffer);
    connection->buffer = -1;
  }
  if (result < 0 && result != -EAGAIN && result != -EINTR) {
    end(connection);
    shutdown(fd, SHUT_RDWR); /* ends the receive */
  }
  go_on(fd);
}

static void admit(const struct io_uring_cqe *cqe) {
  if ((cqe->flags & IORING_CQE_F_MORE) == 0) accept_connections();
  int fd = cqe->res;
  if (fd < 0) return;
  /* Asks for the peer's address, as the TypeScript servers do. */
  struct sockaddr_in6 peer;
  socklen_t length = sizeof peer;
  getpeername(fd, (struct sockaddr *)&peer, &length);
  errno = EMFILE;
  if ((size_t)fd >= limit) fail("descriptor");
  connections[fd] = (struct connection){
      .row = {.connection = ++accepted, .opened_us = now_us}, .last_active_us = now_us, .buffer = -1};
  receive_if_free(fd);
}

static void dispatch(const struct io_uring_cqe *cqe) {
  int fd = (int)(uint32_t)cqe->user_data;
  switch ((enum operation)(cqe->user_data >> 32)) {
    case RECEIVE: received(fd, cqe); break;
    case SEND: sent(fd, cqe->res); break;
    case ACCEPT: admit(cqe); break;
    case CANCEL: break; /* The cancelled operation has a completion of its own. */
  }
}

static void run_once(void) {
  bool has_more = (__atomic_load_n(sq_flags, __ATOMIC_ACQUIRE) & (IORING_SQ_CQ_OVERFLOW | IORING_SQ_TASKRUN)) != 0;
  enter(has_more ? 0 : 1);
  now_us = monotonic_us();
  counters.waits++;
  unsigned head = *cq_head, tail = __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE);
  counters.events += tail - head;
  for (; head != tail; head++) dispatch(&cqes[head & cq_mask]);
  __atomic_store_n(cq_head, head, __ATOMIC_RELEASE);
}

int main(int argc, char **argv) {
  struct options options = start(argc, argv);
  limit = descriptor_limit();
  connections = allocate(limit, sizeof *connections);
  listener = open_listener(&options, true);
  open_ring();
  open_buffers();
  accept_connections();
  announce("uring", listener);
  for (;;) run_once();
}
