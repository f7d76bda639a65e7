/* Echo server with poll(2), one thread. Conformance: course.
 * cc -O2 -o c-poll server.c && npm run lab -- run quick --server 'c-poll=./c-poll {port}' --only c-poll,select */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct pollfd polled[65536];
static struct echo { ssize_t length, sent; char bytes[16384]; } *echoes[65536];

/* Reads unless an echo is pending, and sends. Returns whether the connection goes on. */
static int serve(int fd, struct echo *it) {
  if (it->sent == it->length) {
    it->sent = it->length = 0;
    const ssize_t length = read(fd, it->bytes, sizeof it->bytes);
    if (length <= 0) return length < 0 && errno == EAGAIN;
    it->length = length;
  }
  const ssize_t sent = send(fd, it->bytes + it->sent, it->length - it->sent, MSG_NOSIGNAL);
  if (sent > 0) it->sent += sent;
  return sent > 0 || errno == EAGAIN;
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: c-poll PORT\n"), 2;
  const struct sockaddr_in address = {AF_INET, htons(atoi(argv[1])), {htonl(INADDR_LOOPBACK)}, {0}};
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(listener, (const struct sockaddr *)&address, sizeof address) || listen(listener, 4096))
    return perror("listen"), 1;
  polled[0] = (struct pollfd){listener, POLLIN, 0};
  for (nfds_t count = 1;;) {
    if (poll(polled, count, -1) < 0) continue;
    for (nfds_t at = count; at-- > 1;) {
      if (polled[at].revents == 0) continue;
      struct echo *it = echoes[at];
      if (serve(polled[at].fd, it)) { /* While its echo is pending, a connection waits for writing only. */
        polled[at].events = it->sent < it->length ? POLLOUT : POLLIN;
        continue;
      }
      close(polled[at].fd), free(it);
      polled[at] = polled[--count], echoes[at] = echoes[count];
    }
    if (!(polled[0].revents & POLLIN) || count == sizeof polled / sizeof *polled) continue;
    const int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (client < 0) continue;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    polled[count] = (struct pollfd){client, POLLIN, 0};
    echoes[count++] = calloc(1, sizeof **echoes);
  }
}
