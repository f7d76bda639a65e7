/* One thread, epoll(7), edge-triggered: apps/server-epoll in C. It accepts after the events of a wait, so an event
 * never belongs to an earlier connection with the same number, and connections need no generation. */
#include "echo-connection.h"
#include "server.h"
#include <errno.h>
#include <sys/epoll.h>

enum { MORE_THAN_DATA = EPOLLRDHUP | EPOLLPRI | EPOLLHUP | EPOLLERR };

static int epfd, listener;
static size_t limit;
static struct connection *connections;
/* Connections whose turn ended before EAGAIN: their edge is not reported again. */
static int *queue, *next_queue;
static size_t queued, next_queued;
static bool is_acceptable;
static double now_us;

static void control(int operation, int fd, enum need interest) {
  struct epoll_event event = {.events = EPOLLET | EPOLLRDHUP | EPOLLPRI, .data.fd = fd};
  event.events |= interest == AWAIT_WRITABLE ? EPOLLOUT : EPOLLIN;
  if (epoll_ctl(epfd, operation, fd, &event) < 0) fail("epoll_ctl");
}

static void watch(struct connection *connection, enum need interest) {
  if (connection->interest == interest) return;
  connection->interest = interest;
  control(EPOLL_CTL_MOD, connection->fd, interest);
}

static void take_turn(struct connection *connection) {
  connection->last_active_us = now_us;
  enum need need = serve(connection);
  if (need == CLOSED) {
    control(EPOLL_CTL_DEL, connection->fd, AWAIT_READABLE);
    close_connection(connection, now_us);
    return;
  }
  watch(connection, need == AWAIT_WRITABLE ? AWAIT_WRITABLE : AWAIT_READABLE);
  if (need == AWAIT_TURN && !connection->is_queued) {
    connection->is_queued = true;
    next_queue[next_queued++] = connection->fd;
  }
}

static void dispatch(const struct epoll_event *event) {
  int fd = event->data.fd;
  if (fd == listener) {
    is_acceptable = true;
    return;
  }
  if (event->events & MORE_THAN_DATA) connections[fd].must_read_to_the_end = true;
  take_turn(&connections[fd]);
}

static void serve_queued(void) {
  for (size_t i = 0; i < queued; i++) {
    struct connection *connection = &connections[queue[i]];
    connection->is_queued = false;
    if (connection->is_open) take_turn(connection);
  }
}

static void swap_queues(void) {
  int *served = queue;
  queue = next_queue;
  queued = next_queued;
  next_queue = served;
  next_queued = 0;
}

static void accept_some(void) {
  for (int turn = 0; turn < ACCEPTS_PER_TURN && is_acceptable; turn++) {
    int fd;
    is_acceptable = accept_one(listener, connections, limit, now_us, &fd);
    if (is_acceptable) control(EPOLL_CTL_ADD, fd, AWAIT_READABLE);
  }
}

static void run_once(void) {
  static struct epoll_event events[EVENTS_PER_WAIT];
  int ready = epoll_wait(epfd, events, EVENTS_PER_WAIT, next_queued > 0 || is_acceptable ? 0 : -1);
  if (ready < 0 && errno != EINTR) fail("epoll_wait");
  now_us = monotonic_us();
  counters.waits++;
  if (ready > 0) counters.events += ready;
  swap_queues();
  for (int i = 0; i < ready; i++) dispatch(&events[i]);
  serve_queued();
  if (is_acceptable) accept_some();
}

int main(int argc, char **argv) {
  struct options options = start(argc, argv);
  limit = descriptor_limit();
  connections = allocate(limit, sizeof *connections);
  queue = allocate(limit, sizeof *queue);
  next_queue = allocate(limit, sizeof *next_queue);
  listener = open_listener(&options, false);
  epfd = epoll_create1(EPOLL_CLOEXEC);
  if (epfd < 0) fail("epoll_create1");
  control(EPOLL_CTL_ADD, listener, AWAIT_READABLE);
  announce("epoll", listener);
  for (;;) run_once();
}
