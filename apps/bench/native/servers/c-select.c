/* One thread, select(2), level-triggered: apps/server-select in C. Its sets have any size, as in the kernel. */
#include "echo-connection.h"
#include "server.h"
#include <errno.h>
#include <string.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BITS = 8 * sizeof(unsigned long) };

/* Sets passed to select(2), and the copies that the kernel overwrites. */
static unsigned long *readable, *writable, *is_readable, *is_writable, *is_exceptional;
static size_t set_bytes, limit;
static int listener, highest = -1;
static struct connection *connections;
static bool is_acceptable;
static double now_us;

static void set(unsigned long *bits, int fd, bool on) {
  unsigned long bit = 1UL << (fd % BITS);
  bits[fd / BITS] = on ? bits[fd / BITS] | bit : bits[fd / BITS] & ~bit;
}

static void watch(int fd, enum need interest) {
  set(readable, fd, interest == AWAIT_READABLE);
  set(writable, fd, interest == AWAIT_WRITABLE);
  if (fd > highest) highest = fd;
}

static bool is_watched(int fd) { return ((readable[fd / BITS] | writable[fd / BITS]) >> (fd % BITS)) & 1; }

static void forget(int fd) {
  set(readable, fd, false);
  set(writable, fd, false);
  while (highest >= 0 && !is_watched(highest)) highest--;
}

static void take_turn(struct connection *connection) {
  connection->last_active_us = now_us;
  enum need need = serve(connection);
  if (need == CLOSED) {
    forget(connection->fd);
    close_connection(connection, now_us);
    return;
  }
  /* A turn that ended early needs no queue: level-triggered readiness is reported again. */
  enum need interest = need == AWAIT_WRITABLE ? AWAIT_WRITABLE : AWAIT_READABLE;
  if (connection->interest == interest) return;
  connection->interest = interest;
  watch(connection->fd, interest);
}

static void dispatch(int fd, bool exceptional) {
  if (fd == listener) {
    is_acceptable = true;
    return;
  }
  if (exceptional) connections[fd].must_read_to_the_end = true;
  take_turn(&connections[fd]);
}

/* Skips words of zeros with one comparison. */
static void scan(void) {
  int words = highest / BITS + 1;
  for (int word = 0; word < words; word++) {
    unsigned long bits = is_readable[word] | is_writable[word] | is_exceptional[word];
    for (; bits != 0; bits &= bits - 1) {
      int shift = __builtin_ctzl(bits);
      counters.events++;
      dispatch(word * BITS + shift, (is_exceptional[word] >> shift) & 1);
    }
  }
  counters.words_scanned += words;
}

/* Calls select(2) itself where the kernel has it: glibc's select() calls pselect6 since 2.34. */
static int wait_for_ready(struct timeval *timeout) {
  memcpy(is_readable, readable, set_bytes);
  memcpy(is_writable, writable, set_bytes);
  /* An urgent byte is exceptional until it is read: a connection that is not read must not wait for it. */
  memcpy(is_exceptional, readable, set_bytes);
#ifdef SYS_select
  return (int)syscall(SYS_select, highest + 1, is_readable, is_writable, is_exceptional, timeout);
#else
  return select(highest + 1, (fd_set *)is_readable, (fd_set *)is_writable, (fd_set *)is_exceptional, timeout);
#endif
}

static void accept_some(void) {
  for (int turn = 0; turn < ACCEPTS_PER_TURN && is_acceptable; turn++) {
    int fd;
    is_acceptable = accept_one(listener, connections, limit, now_us, &fd);
    if (is_acceptable) watch(fd, AWAIT_READABLE);
  }
}

static void run_once(void) {
  struct timeval at_once = {0, 0};
  int ready = wait_for_ready(is_acceptable ? &at_once : NULL);
  if (ready < 0 && errno != EINTR) fail("select");
  now_us = monotonic_us();
  counters.waits++;
  if (ready > 0) scan();
  if (is_acceptable) accept_some();
}

int main(int argc, char **argv) {
  struct options options = start(argc, argv);
  size_t words = ((size_t)options.fd_setsize + BITS - 1) / BITS;
  set_bytes = words * sizeof(unsigned long);
  limit = descriptor_limit();
  if (limit > (size_t)options.fd_setsize) limit = (size_t)options.fd_setsize;
  connections = allocate(limit, sizeof *connections);
  unsigned long **sets[] = {&readable, &writable, &is_readable, &is_writable, &is_exceptional};
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) *sets[i] = allocate(words, sizeof(unsigned long));
  listener = open_listener(&options, false);
  watch(listener, AWAIT_READABLE);
  announce("select", listener);
  for (;;) run_once();
}
