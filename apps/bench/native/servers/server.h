/* What the C servers share with each other and, by its rules, with the TypeScript ones: the listener, the clock,
 * what counts as a message, the line that says where it listens. */
#ifndef SERVER_H
#define SERVER_H

#include "process.h"
#include "range.h"
#include <stdbool.h>
#include <stddef.h>

/* The numbers of packages/server/src/limits.ts. */
enum { BUFFER_BYTES = 16 * 1024, READS_PER_TURN = 4, ACCEPTS_PER_TURN = 64, EVENTS_PER_WAIT = 1024 };

struct options {
  int port;
  int fd_setsize;        /* select only */
  struct range delay_ns; /* delay only */
};

/* What the TypeScript loop counts once a wait; global so that the compiler may not leave the counting out. */
struct counters {
  double waits, events, words_scanned, short_writes;
};
extern struct counters counters;

/* Reads the command line; from here on SIGTERM ends the process with exit code 0. */
struct options start(int argc, char **argv);
int open_listener(const struct options *options, bool is_blocking);
/* A new connection, non-blocking, its number below `limit`; -1 when there is none to be had now. */
int accept_descriptor(int listener, size_t limit);
/* One JSON line on stdout: connections are accepted from here on. */
void announce(const char *server, int listener);

double monotonic_us(void);
size_t count_newlines(const char *bytes, size_t length);

#endif
