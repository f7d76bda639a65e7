/* One thread, poll(2), level-triggered: apps/server-poll in C. */
#include "echo-connection.h"
#include "server.h"
#include <errno.h>
#include <poll.h>

/* The list passed to poll(2), contiguous; entry_of finds the entry of a descriptor. */
static struct pollfd *entries;
static nfds_t entry_count;
static nfds_t *entry_of;
/* Ready descriptors of the last wait, listed first, because serving them changes the list. */
static struct pollfd *ready_entries;
static size_t limit;
static int listener;
static struct connection *connections;
static bool is_acceptable;
static double now_us;

static void watch(int fd, enum need interest) {
  entries[entry_of[fd]].events = interest == AWAIT_WRITABLE ? POLLOUT : POLLIN | POLLPRI;
}

static void add(int fd) {
  entry_of[fd] = entry_count;
  entries[entry_count++] = (struct pollfd){.fd = fd};
  watch(fd, AWAIT_READABLE);
}

/* The last entry fills the gap. */
static void forget(int fd) {
  struct pollfd moved = entries[--entry_count];
  entries[entry_of[fd]] = moved;
  entry_of[moved.fd] = entry_of[fd];
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

static void dispatch(const struct pollfd *entry) {
  if (entry->fd == listener) {
    is_acceptable = true;
    return;
  }
  if (entry->revents & ~(POLLIN | POLLOUT)) connections[entry->fd].must_read_to_the_end = true;
  take_turn(&connections[entry->fd]);
}

/* Searches the list until as many entries are found as poll(2) counted. */
static void scan(int found) {
  nfds_t entry = 0;
  for (int ready = 0; ready < found; entry++) {
    if (entries[entry].revents != 0) ready_entries[ready++] = entries[entry];
  }
  counters.events += found;
  counters.words_scanned += (double)entry;
  for (int ready = 0; ready < found; ready++) dispatch(&ready_entries[ready]);
}

static void accept_some(void) {
  for (int turn = 0; turn < ACCEPTS_PER_TURN && is_acceptable; turn++) {
    int fd;
    is_acceptable = accept_one(listener, connections, limit, now_us, &fd);
    if (is_acceptable) add(fd);
  }
}

static void run_once(void) {
  int ready = poll(entries, entry_count, is_acceptable ? 0 : -1);
  if (ready < 0 && errno != EINTR) fail("poll");
  now_us = monotonic_us();
  counters.waits++;
  if (ready > 0) scan(ready);
  if (is_acceptable) accept_some();
}

int main(int argc, char **argv) {
  struct options options = start(argc, argv);
  limit = descriptor_limit();
  connections = allocate(limit, sizeof *connections);
  entries = allocate(limit, sizeof *entries);
  ready_entries = allocate(limit, sizeof *ready_entries);
  entry_of = allocate(limit, sizeof *entry_of);
  listener = open_listener(&options, false);
  add(listener);
  announce("poll", listener);
  for (;;) run_once();
}
