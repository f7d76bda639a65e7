/* A load client that shares no code with apps/client and measures the same: it opens all connections, keeps one message
 * in flight on each, verifies every byte and times every response. A result of both is no mistake of one program.
 * With --rate it is an open loop: message k of connection i of N is due (i + k * N) / rate seconds after the beginning. A
 * late message is sent late, and is timed from its due time as well (coordinated omission). */
#include "latency-histogram.h"
#include "pauses.h"
#include "process.h"
#include "range.h"
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_PER_WAIT = 512, RECEIVE_BYTES = 64 * 1024, STARTS_PER_WAIT = 64 };

struct options {
  int port;
  unsigned connections;
  uint64_t duration_ns;
  double rate; /* messages per second of all connections together; 0: a closed loop */
  struct range size_bytes, think_ns;
};

struct connection {
  int fd;
  char *message; /* the message in flight, newline included */
  size_t size, sent, received;
  uint64_t sent_ns, due_ns, random, begun;
  bool is_waiting_to_send;
};

static const struct option OPTIONS[] = {
    {"port", required_argument, NULL, 'p'},
    {"connections", required_argument, NULL, 'c'},
    {"duration-ms", required_argument, NULL, 'd'},
    {"rate", required_argument, NULL, 'r'},
    {"size", required_argument, NULL, 's'},
    {"think-us", required_argument, NULL, 't'},
    {"exit-with-parent", no_argument, NULL, 'x'},
    {NULL, 0, NULL, 0},
};

static struct options options = {
    .port = 10000, .connections = 100, .duration_ns = 2000000000, .size_bytes = {20, 20}};
static struct connection *connections;
static struct pauses pauses;
static struct latency_histogram responses, intended;
static int epfd;
static unsigned started, ended;
static uint64_t begun_ns, first_sent_ns, last_done_ns, deadline_ns;

static void parse_options(int argc, char **argv) {
  for (int option; (option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1;) {
    if (option == 'p') options.port = atoi(optarg);
    else if (option == 'c') options.connections = (unsigned)atoi(optarg);
    else if (option == 'd') options.duration_ns = strtoull(optarg, NULL, 10) * 1000000;
    else if (option == 'r') options.rate = atof(optarg);
    else if (option == 's') options.size_bytes = parse_range(optarg, 1);
    else if (option == 't') options.think_ns = parse_range(optarg, 1000);
    else if (option == 'x') end_with_parent();
    else exit(2);
  }
}

/* Random letters from "@" to "_", new for every message: an echo of another message is recognised. */
static void compose(struct connection *connection) {
  connection->size = draw(options.size_bytes, &connection->random);
  for (size_t at = 0; at < connection->size; at += sizeof(uint64_t)) {
    uint64_t letters = (next_random(&connection->random) & 0x1f1f1f1f1f1f1f1f) | 0x4040404040404040;
    memcpy(connection->message + at, &letters, sizeof letters);
  }
  connection->message[connection->size - 1] = '\n';
}

static _Noreturn void reject(const struct connection *connection, const char *what) {
  fprintf(stderr, "c-client: connection %ld: %s\n", connection - connections + 1, what);
  exit(1);
}

static void watch(struct connection *connection, int operation, bool is_waiting_to_send) {
  struct epoll_event event = {.events = EPOLLIN | (is_waiting_to_send ? EPOLLOUT : 0)};
  event.data.ptr = connection;
  if (epoll_ctl(epfd, operation, connection->fd, &event) < 0) fail("epoll_ctl");
  connection->is_waiting_to_send = is_waiting_to_send;
}

static void send_some(struct connection *connection) {
  size_t left = connection->size - connection->sent;
  ssize_t sent = send(connection->fd, connection->message + connection->sent, left, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) fail("send");
  if (sent > 0) connection->sent += (size_t)sent;
  bool is_waiting_to_send = connection->sent < connection->size;
  if (is_waiting_to_send != connection->is_waiting_to_send) watch(connection, EPOLL_CTL_MOD, is_waiting_to_send);
}

static void begin(struct connection *connection) {
  compose(connection);
  connection->sent = connection->received = 0;
  connection->begun++;
  connection->sent_ns = monotonic_ns();
  if (first_sent_ns == 0) first_sent_ns = connection->sent_ns;
  send_some(connection);
}

/* Open loop: begins the next message when it is due. What is due before the end is sent, late if need be. */
static void schedule(struct connection *connection, uint64_t now_ns) {
  unsigned number = (unsigned)(connection - connections);
  double place = number + (double)connection->begun * options.connections;
  connection->due_ns = begun_ns + (uint64_t)(place * 1e9 / options.rate);
  if (connection->due_ns >= deadline_ns) ended++;
  else if (connection->due_ns <= now_ns) begin(connection);
  else add_pause(&pauses, (struct pause){connection->due_ns, number});
}

static void complete(struct connection *connection) {
  uint64_t now_ns = last_done_ns = monotonic_ns();
  record(&responses, now_ns - connection->sent_ns);
  if (options.rate > 0) {
    record(&intended, now_ns - connection->due_ns);
    schedule(connection, now_ns);
    return;
  }
  unsigned number = (unsigned)(connection - connections);
  if (now_ns >= deadline_ns) ended++;
  else if (options.think_ns.to == 0) begin(connection);
  else add_pause(&pauses, (struct pause){now_ns + draw(options.think_ns, &connection->random), number});
}

static void receive_some(struct connection *connection) {
  static char bytes[RECEIVE_BYTES];
  ssize_t received = recv(connection->fd, bytes, sizeof bytes, 0);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (received < 0) fail("recv");
  if (received == 0) reject(connection, "the server closed it");
  size_t expected = connection->sent - connection->received;
  if ((size_t)received > expected || memcmp(bytes, connection->message + connection->received, (size_t)received) != 0)
    reject(connection, "wrong bytes");
  connection->received += (size_t)received;
  if (connection->received == connection->size) complete(connection);
}

static void connect_all(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int on = 1;
  for (unsigned number = 0; number < options.connections; number++) {
    struct connection *connection = &connections[number];
    connection->random = number;
    connection->message = allocate(options.size_bytes.to + sizeof(uint64_t), 1);
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0) fail("socket");
    if (setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) fail("setsockopt");
    if (connect(connection->fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    if (fcntl(connection->fd, F_SETFL, O_NONBLOCK) < 0) fail("fcntl");
    watch(connection, EPOLL_CTL_ADD, false);
  }
}

/* Starts a few connections at a time: a burst would delay its own accepts. */
static void start_some(void) {
  if (options.rate > 0) {
    while (started < options.connections) schedule(&connections[started++], begun_ns);
    return;
  }
  for (unsigned turn = 0; turn < STARTS_PER_WAIT && started < options.connections; turn++) begin(&connections[started++]);
}

static void end_pauses(void) {
  uint64_t now_ns = monotonic_ns();
  while (pauses.count > 0 && pauses.heap[0].until_ns <= now_ns) {
    struct connection *connection = &connections[take_first(&pauses).connection];
    if (options.rate == 0 && now_ns >= deadline_ns) ended++;
    else begin(connection);
  }
}

/* Waits with nanosecond resolution: pauses in whole milliseconds would bunch the messages. */
static int wait_for(struct epoll_event *events) {
  struct timespec timeout = pauses.count > 0 ? left_of_first(&pauses, monotonic_ns()) : (struct timespec){0, 0};
  bool is_endless = started == options.connections && pauses.count == 0;
  return epoll_pwait2(epfd, events, EVENTS_PER_WAIT, is_endless ? NULL : &timeout, NULL);
}

static void run_once(void) {
  static struct epoll_event events[EVENTS_PER_WAIT];
  start_some();
  int ready = wait_for(events);
  if (ready < 0 && errno != EINTR) fail("epoll_pwait2");
  for (int at = 0; at < ready; at++) {
    struct connection *connection = events[at].data.ptr;
    if (events[at].events & EPOLLOUT) send_some(connection);
    if (events[at].events & ~(uint32_t)EPOLLOUT) receive_some(connection);
  }
  end_pauses();
}

static void print_percentiles(const char *name, const struct latency_histogram *histogram) {
  printf("\"%s\":{\"p50\":%.2f,\"p90\":%.2f,\"p99\":%.2f,\"p999\":%.2f,\"max\":%.2f,\"mean\":%.2f}", name,
         percentile_us(histogram, 50), percentile_us(histogram, 90), percentile_us(histogram, 99),
         percentile_us(histogram, 99.9), (double)histogram->max_ns / 1e3, mean_us(histogram));
}

static void print_results(void) {
  double seconds = (double)(last_done_ns - first_sent_ns) / 1e9;
  printf("{\"messages\":%lu,\"messagesPerSecond\":%.0f,", responses.total, (double)responses.total / seconds);
  print_percentiles("latencyUs", &responses);
  if (options.rate > 0) {
    printf(",");
    print_percentiles("intendedUs", &intended);
  }
  printf("}\n");
}

int main(int argc, char **argv) {
  parse_options(argc, argv);
  descriptor_limit();
  prctl(PR_SET_TIMERSLACK, 1);
  connections = allocate(options.connections, sizeof *connections);
  pauses.heap = allocate(options.connections, sizeof *pauses.heap);
  epfd = epoll_create1(EPOLL_CLOEXEC);
  if (epfd < 0) fail("epoll_create1");
  connect_all();
  begun_ns = monotonic_ns();
  deadline_ns = begun_ns + options.duration_ns;
  while (ended < options.connections) run_once();
  print_results();
}
