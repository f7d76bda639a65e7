/* A blocking accept loop and a thread for each connection: apps/server-threaded without TypeScript. */
#include "server.h"
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STACK_BYTES = 64 * 1024 };

/* Counters of one connection in a cache line of their own, like a row of the ledger. */
struct row {
  double connection, opened_us, closed_us, requests, bytes_received, bytes_sent, close_reason, unused;
};

static struct row *rows;

static bool send_all(int fd, const char *bytes, size_t length) {
  for (size_t sent = 0; sent < length;) {
    ssize_t n = send(fd, bytes + sent, length - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    sent += (size_t)n;
    rows[fd].bytes_sent += (double)n;
  }
  return true;
}

static void *connection_thread(void *argument) {
  int fd = (int)(intptr_t)argument;
  char buffer[BUFFER_BYTES];
  for (;;) {
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    rows[fd].requests += (double)count_newlines(buffer, (size_t)n);
    rows[fd].bytes_received += (double)n;
    if (!send_all(fd, buffer, (size_t)n)) break;
  }
  rows[fd].closed_us = monotonic_us();
  close(fd);
  return NULL;
}

static void accept_next(int listener, size_t limit, const pthread_attr_t *attributes) {
  static double count;
  struct sockaddr_in6 peer;
  socklen_t length = sizeof peer;
  int fd = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC);
  if (fd < 0 || (size_t)fd >= limit) fail("accept4");
  rows[fd] = (struct row){.connection = ++count, .opened_us = monotonic_us()};
  pthread_t thread;
  errno = pthread_create(&thread, attributes, connection_thread, (void *)(intptr_t)fd);
  if (errno != 0) fail("pthread_create");
}

int main(int argc, char **argv) {
  struct options options = start(argc, argv);
  size_t limit = descriptor_limit();
  rows = allocate(limit, sizeof *rows);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  int listener = open_listener(&options, true);
  announce("threaded", listener);
  for (;;) accept_next(listener, limit, &attributes);
}
