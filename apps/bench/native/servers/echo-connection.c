#include "echo-connection.h"
#include "server.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char scratch[BUFFER_BYTES];

bool accept_one(int listener, struct connection *connections, size_t limit, double now_us, int *accepted) {
  static double count;
  int fd = accept_descriptor(listener, limit);
  if (fd < 0) return false;
  connections[fd] = (struct connection){
      .row = {.connection = ++count, .opened_us = now_us},
      .last_active_us = now_us,
      .fd = fd,
      .interest = AWAIT_READABLE,
      .is_open = true,
  };
  *accepted = fd;
  return true;
}

/* Returns the bytes sent, 0 when the socket takes none now, or -1. */
static ssize_t send_some(struct connection *connection, const char *bytes, size_t length) {
  ssize_t sent;
  do {
    sent = send(connection->fd, bytes, length, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0 && errno != EAGAIN) return -1;
  if (sent < 0) sent = 0;
  if ((size_t)sent < length) counters.short_writes++;
  connection->row.bytes_sent += (double)sent;
  return sent;
}

static enum need echo(struct connection *connection, size_t received) {
  size_t messages = count_newlines(scratch, received);
  connection->row.requests += (double)messages;
  if (burn_ns > 0) burn(messages);
  connection->row.bytes_received += (double)received;
  ssize_t sent = send_some(connection, scratch, received);
  if (sent < 0) return CLOSED;
  if ((size_t)sent == received) return AWAIT_TURN;
  connection->pending = allocate(1, BUFFER_BYTES);
  connection->pending_from = 0;
  connection->pending_to = received - (size_t)sent;
  memcpy(connection->pending, scratch + sent, connection->pending_to);
  return AWAIT_WRITABLE;
}

static enum need flush(struct connection *connection) {
  size_t length = connection->pending_to - connection->pending_from;
  ssize_t sent = send_some(connection, connection->pending + connection->pending_from, length);
  if (sent < 0) return CLOSED;
  connection->pending_from += (size_t)sent;
  if (connection->pending_from < connection->pending_to) return AWAIT_WRITABLE;
  free(connection->pending);
  connection->pending = NULL;
  return AWAIT_TURN;
}

static enum need receive(struct connection *connection) {
  ssize_t received = recv(connection->fd, scratch, BUFFER_BYTES, 0);
  if (received < 0 && errno == EAGAIN) return AWAIT_READABLE;
  if (received < 0 && errno == EINTR) return AWAIT_TURN;
  if (received <= 0) return CLOSED;
  enum need need = echo(connection, (size_t)received);
  if (need != AWAIT_TURN || received == BUFFER_BYTES || connection->must_read_to_the_end) return need;
  return AWAIT_READABLE;
}

enum need serve(struct connection *connection) {
  if (connection->pending != NULL) {
    enum need need = flush(connection);
    if (need != AWAIT_TURN) return need;
  }
  for (int reads = 0; reads < READS_PER_TURN; reads++) {
    enum need need = receive(connection);
    if (need != AWAIT_TURN) return need;
  }
  return AWAIT_TURN;
}

void close_connection(struct connection *connection, double now_us) {
  connection->is_open = false;
  connection->row.closed_us = now_us;
  free(connection->pending);
  connection->pending = NULL;
  close(connection->fd);
}
