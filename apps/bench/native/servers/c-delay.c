/* An echo server with known response times: it delays each message, a line, by a time drawn uniformly from --delay-us
 * after its last byte is read. One thread, epoll(7), edge-triggered.
 *
 * A connection has at most one delayed message, and is not read until that is sent. So messages keep their order, a
 * client that does not read is not read from, and no connection is closed while its number is in the heap. */
#include "pauses.h"
#include "server.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
  char *bytes; /* received and not yet echoed; NULL without a connection */
  size_t capacity, count;
  size_t searched; /* number of leading bytes without a newline */
  size_t message;  /* length of the delayed message, at the start of `bytes`; 0 without a complete one */
  size_t sent;     /* bytes of the message that were sent */
  bool is_held, has_ended;
};

static int epfd, listener;
static size_t limit;
static struct connection *connections;
static struct pauses pauses;
static struct range delay_ns;
static uint64_t random_state; /* every process draws the same delays */

static void watch(int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
}

static void accept_some(void) {
  int fd;
  for (int turn = 0; turn < ACCEPTS_PER_TURN && (fd = accept_descriptor(listener, limit)) >= 0; turn++) {
    connections[fd] = (struct connection){.bytes = allocate(1, BUFFER_BYTES), .capacity = BUFFER_BYTES};
    watch(fd, EPOLLET | EPOLLIN | EPOLLOUT);
  }
}

static void close_connection(int fd) {
  free(connections[fd].bytes);
  connections[fd].bytes = NULL;
  close(fd);
}

/* Length of the first line, or of the rest that a client left before its FIN; 0 when it is incomplete. */
static size_t first_message(struct connection *connection) {
  const char *from = connection->bytes + connection->searched;
  const char *newline = memchr(from, '\n', connection->count - connection->searched);
  connection->searched = connection->count;
  if (newline != NULL) return (size_t)(newline + 1 - connection->bytes);
  return connection->has_ended ? connection->count : 0;
}

static void hold_next(int fd) {
  struct connection *connection = &connections[fd];
  connection->message = first_message(connection);
  if (connection->message > 0) {
    connection->is_held = true;
    add_pause(&pauses, (struct pause){monotonic_ns() + draw(delay_ns, &random_state), (unsigned)fd});
  } else if (connection->has_ended) {
    close_connection(fd);
  }
}

static void grow(struct connection *connection) {
  connection->capacity *= 2;
  connection->bytes = realloc(connection->bytes, connection->capacity);
  if (connection->bytes == NULL) fail("realloc");
}

/* Closes the connection unless the call must be repeated after an event (EAGAIN). Returns false. */
static bool stop_at_error(int fd) {
  if (errno != EAGAIN) close_connection(fd);
  return false;
}

/* Returns false when the socket takes or has no more now. */
static bool receive_some(int fd) {
  struct connection *connection = &connections[fd];
  if (connection->count == connection->capacity) grow(connection);
  ssize_t received = recv(fd, connection->bytes + connection->count, connection->capacity - connection->count, 0);
  if (received < 0) return stop_at_error(fd);
  connection->has_ended = received == 0;
  connection->count += (size_t)received;
  hold_next(fd);
  return true;
}

/* Returns false when the socket takes or has no more now. */
static bool send_some(int fd) {
  struct connection *connection = &connections[fd];
  ssize_t sent =
      send(fd, connection->bytes + connection->sent, connection->message - connection->sent, MSG_NOSIGNAL);
  if (sent < 0) return stop_at_error(fd);
  connection->sent += (size_t)sent;
  if (connection->sent < connection->message) return true;
  connection->count -= connection->message;
  memmove(connection->bytes, connection->bytes + connection->message, connection->count);
  connection->searched = connection->sent = 0;
  hold_next(fd);
  return true;
}

static void advance(int fd) {
  struct connection *connection = &connections[fd];
  bool goes_on = true;
  while (goes_on && connection->bytes != NULL && !connection->is_held)
    goes_on = connection->message > 0 ? send_some(fd) : receive_some(fd);
}

static void end_pauses(void) {
  uint64_t now_ns = monotonic_ns();
  while (pauses.count > 0 && pauses.heap[0].until_ns <= now_ns) {
    int fd = (int)take_first(&pauses).connection;
    connections[fd].is_held = false;
    advance(fd);
  }
}

static void run_once(void) {
  static struct epoll_event events[EVENTS_PER_WAIT];
  struct timespec left = pauses.count > 0 ? left_of_first(&pauses, monotonic_ns()) : (struct timespec){0, 0};
  int ready = epoll_pwait2(epfd, events, EVENTS_PER_WAIT, pauses.count > 0 ? &left : NULL, NULL);
  if (ready < 0 && errno != EINTR) fail("epoll_pwait2");
  for (int at = 0; at < ready; at++) {
    if (events[at].data.fd == listener) accept_some();
    else advance(events[at].data.fd);
  }
  end_pauses();
}

int main(int argc, char **argv) {
  struct options options = start(argc, argv);
  delay_ns = options.delay_ns;
  prctl(PR_SET_TIMERSLACK, 1);
  limit = descriptor_limit();
  connections = allocate(limit, sizeof *connections);
  pauses.heap = allocate(limit, sizeof *pauses.heap);
  listener = open_listener(&options, false);
  epfd = epoll_create1(EPOLL_CLOEXEC);
  if (epfd < 0) fail("epoll_create1");
  watch(listener, EPOLLIN);
  announce("delay", listener);
  for (;;) run_once();
}
