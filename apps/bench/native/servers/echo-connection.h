/* A non-blocking echo connection for the two event loops. It follows the rules of EchoConnection in packages/server. */
#ifndef ECHO_CONNECTION_H
#define ECHO_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

/* Next need of a connection. TURN: its turn is over, but it may have more to read. */
enum need { AWAIT_READABLE, AWAIT_WRITABLE, AWAIT_TURN, CLOSED };

/* Counters of one connection in a cache line of their own, like a row of the ledger. */
struct row {
  double connection, opened_us, closed_us, requests, bytes_received, bytes_sent, close_reason, unused;
};

struct connection {
  struct row row;
  double last_active_us;
  int fd;
  enum need interest; /* events the kernel was last told to report */
  bool is_open, is_queued;
  bool must_read_to_the_end; /* a short read does not mean that all is read */
  char *pending;             /* unsent echo: BUFFER_BYTES, allocated only while there is one */
  size_t pending_from, pending_to;
};

/* Accepts a connection into the entry of its descriptor; returns false when there is none. */
bool accept_one(int listener, struct connection *connections, size_t limit, double now_us, int *accepted);
enum need serve(struct connection *connection);
void close_connection(struct connection *connection, double now_us);

#endif
