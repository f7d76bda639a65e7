/* Code that the C servers share, with the rules of the TypeScript servers: the listener, the clock, the counting of
 * messages, the listening line. */
#ifndef SERVER_H
#define SERVER_H

#include "process.h"
#include "range.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers of packages/server/src/limits.ts. */
enum { BUFFER_BYTES = 16 * 1024, READS_PER_TURN = 4, ACCEPTS_PER_TURN = 64, EVENTS_PER_WAIT = 1024 };

struct options {
  int port;
  int fd_setsize;        /* select only */
  struct range delay_ns; /* delay only */
};

/* CPU time that is wasted on each message: a server of known cost. 0 in every comparison of speed. */
extern uint64_t burn_ns;
void burn(size_t messages);

/* Counters that the TypeScript loop updates once a wait; global so that the compiler cannot remove them. */
struct counters {
  double waits, events, words_scanned, short_writes;
};
extern struct counters counters;

/* Reads the command line. Afterwards SIGTERM ends the process with exit code 0. */
struct options start(int argc, char **argv);
int open_listener(const struct options *options, bool is_blocking);
/* Accepts a non-blocking connection with a descriptor below `limit`; -1 when there is none. */
int accept_descriptor(int listener, size_t limit);
/* Prints the listening line as JSON on stdout. */
void announce(const char *server, int listener);

double monotonic_us(void);
size_t count_newlines(const char *bytes, size_t length);

#endif
