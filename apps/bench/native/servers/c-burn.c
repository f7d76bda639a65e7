/* An echo server with a known cost: for each message, a line, it uses --burn-us microseconds of CPU time beside what the
 * echo takes. One thread, epoll(7), level-triggered. Two of them differ by that time alone. */
#include "server.h"
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int epfd;

static void watch(int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
}

static uint64_t thread_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void burn(uint64_t ns) {
  uint64_t until_ns = thread_ns() + ns;
  while (thread_ns() < until_ns) continue;
}

/* Echoes what is there. The messages are short and the client reads them, so send(2) takes all of it. */
static void echo(int fd, uint64_t burn_ns) {
  static char bytes[BUFFER_BYTES];
  ssize_t received = recv(fd, bytes, sizeof bytes, 0);
  if (received < 0 && errno == EAGAIN) return;
  if (received <= 0 || send(fd, bytes, (size_t)received, MSG_NOSIGNAL) != received) {
    close(fd);
    return;
  }
  if (burn_ns > 0) burn(burn_ns * count_newlines(bytes, (size_t)received));
}

int main(int argc, char **argv) {
  struct options options = start(argc, argv);
  int listener = open_listener(&options, false);
  epfd = epoll_create1(EPOLL_CLOEXEC);
  if (epfd < 0) fail("epoll_create1");
  watch(listener);
  announce("burn", listener);
  for (;;) {
    static struct epoll_event events[EVENTS_PER_WAIT];
    int ready = epoll_wait(epfd, events, EVENTS_PER_WAIT, -1);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd != listener) echo(fd, options.burn_ns);
      else if ((fd = accept_descriptor(listener, descriptor_limit())) >= 0) watch(fd);
    }
  }
}
