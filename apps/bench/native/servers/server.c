#include "server.h"
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

struct counters counters;
uint64_t burn_ns;

static const struct option OPTIONS[] = {
    {"port", required_argument, NULL, 'p'},
    {"fd-setsize", required_argument, NULL, 's'},
    {"delay-us", required_argument, NULL, 'd'},
    {"burn-us", required_argument, NULL, 'b'},
    {"exit-with-parent", no_argument, NULL, 'x'},
    {NULL, 0, NULL, 0},
};

static void stop(int signal) {
  (void)signal;
  _exit(0); /* All clients have closed by then, and there are no rows to write. */
}

struct options start(int argc, char **argv) {
  struct options options = {.port = 10000, .fd_setsize = FD_SETSIZE, .delay_ns = {10000000, 100000000}};
  signal(SIGTERM, stop);
  for (int option; (option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1;) {
    if (option == 'p') options.port = atoi(optarg);
    else if (option == 's') options.fd_setsize = atoi(optarg);
    else if (option == 'd') options.delay_ns = parse_range(optarg, 1000);
    else if (option == 'b') burn_ns = parse_range(optarg, 1000).from;
    else if (option == 'x') end_with_parent();
    else exit(2);
  }
  return options;
}

static uint64_t thread_ns(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) < 0) fail("clock_gettime");
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void burn(size_t messages) {
  static uint64_t debt_ns; /* Time wasted too much, by the length of a look at the clock, is taken off the next message. */
  uint64_t due_ns = messages * burn_ns, started_ns = thread_ns(), burnt_ns = debt_ns;
  while (burnt_ns < due_ns) burnt_ns = debt_ns + thread_ns() - started_ns;
  debt_ns = burnt_ns - due_ns;
}

static void set_option(int fd, int level, int name) {
  int on = 1;
  if (setsockopt(fd, level, name, &on, sizeof on) < 0) fail("setsockopt");
}

int open_listener(const struct options *options, bool is_blocking) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options->port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (is_blocking ? 0 : SOCK_NONBLOCK), 0);
  if (fd < 0) fail("socket");
  set_option(fd, SOL_SOCKET, SO_REUSEADDR);
  set_option(fd, SOL_SOCKET, SO_OOBINLINE);
  set_option(fd, IPPROTO_TCP, TCP_NODELAY);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
  if (listen(fd, BACKLOG) < 0) fail("listen");
  return fd;
}

int accept_descriptor(int listener, size_t limit) {
  /* Asks for the peer's address, as the TypeScript servers do. */
  struct sockaddr_in6 peer;
  socklen_t length = sizeof peer;
  int fd = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0 && errno == EAGAIN) return -1;
  if (fd < 0) fail("accept4");
  if ((size_t)fd < limit) return fd;
  errno = EMFILE;
  fail("descriptor");
}

void announce(const char *server, int listener) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  if (getsockname(listener, (struct sockaddr *)&address, &length) < 0) fail("getsockname");
  printf("{\"event\":\"listening\",\"server\":\"%s\",\"host\":\"127.0.0.1\",\"port\":%d,\"pid\":%d}\n", server,
         ntohs(address.sin_port), getpid());
  fflush(stdout);
}

double monotonic_us(void) { return (double)monotonic_ns() / 1e3; }

size_t count_newlines(const char *bytes, size_t length) {
  size_t newlines = 0;
  const char *end = bytes + length;
  while ((bytes = memchr(bytes, '\n', (size_t)(end - bytes))) != NULL) {
    newlines++;
    bytes++;
  }
  return newlines;
}
