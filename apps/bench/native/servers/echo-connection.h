/* A non-blocking connection that sends back what it receives, for the two event loops: the rules of
 * packages/server/src/echo-connection.ts. */
#ifndef ECHO_CONNECTION_H
#define ECHO_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

/* What a connection needs next. TURN: its turn is over, but it may have more to read. */
enum need { AWAIT_READABLE, AWAIT_WRITABLE, AWAIT_TURN, CLOSED };

/* A cache line of counters for each connection, as a row of the ledger is. */
struct row {
  double connection, opened_us, closed_us, requests, bytes_received, bytes_sent, close_reason, unused;
};

struct connection {
  struct row row;
  double last_active_us;
  int fd;
  enum need interest; /* what the kernel was last asked to tell */
  bool is_open, is_queued;
  bool must_read_to_the_end; /* a short read is no proof that all is read */
  char *pending;             /* an echo that is stuck: BUFFER_BYTES, only while there is one */
  size_t pending_from, pending_to;
};

/* Accepts one: false when there is none to be had now. The entry of `connections` is the descriptor's. */
bool accept_one(int listener, struct connection *connections, size_t limit, double now_us, int *accepted);
enum need serve(struct connection *connection);
void close_connection(struct connection *connection, double now_us);

#endif
