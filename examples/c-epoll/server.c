/* Echo server with epoll(7), level-triggered, one thread.
 * cc -O2 -o c-epoll server.c && npm run lab -- run quick --server 'c-epoll=./c-epoll {port}' --only c-epoll,epoll */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

struct connection { int fd; ssize_t length, sent; char buffer[16384]; };

/* Sends what is pending, or what was just read. Returns whether the connection goes on. */
static int serve(int epoll, struct connection *it) {
  const int was_pending = it->sent < it->length;
  if (!was_pending) {
    it->sent = 0;
    it->length = read(it->fd, it->buffer, sizeof it->buffer);
    if (it->length == 0 || (it->length < 0 && errno != EAGAIN)) return 0;
    if (it->length < 0) return it->length = 0, 1;
  }
  const ssize_t sent = send(it->fd, it->buffer + it->sent, it->length - it->sent, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return 0;
  if (sent > 0) it->sent += sent;
  const int is_pending = it->sent < it->length;
  if (is_pending || was_pending) /* While an echo is pending nothing is read. */
    epoll_ctl(epoll, EPOLL_CTL_MOD, it->fd, &(struct epoll_event){is_pending ? EPOLLOUT : EPOLLIN, {.ptr = it}});
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: c-epoll PORT\n"), 2;
  const struct sockaddr_in address = {AF_INET, htons(atoi(argv[1])), {htonl(INADDR_LOOPBACK)}, {0}};
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll = epoll_create1(0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(listener, (const struct sockaddr *)&address, sizeof address) || listen(listener, 4096))
    return perror("listen"), 1;
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &(struct epoll_event){EPOLLIN, {.ptr = NULL}});
  static struct epoll_event events[1024];
  for (;;) {
    const int count = epoll_wait(epoll, events, 1024, -1);
    for (int at = 0; at < count; at++) {
      struct connection *it = events[at].data.ptr;
      if (it == NULL) {
        const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0) continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        it = calloc(1, sizeof *it);
        it->fd = fd;
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &(struct epoll_event){EPOLLIN, {.ptr = it}});
      } else if (!serve(epoll, it)) {
        close(it->fd);
        free(it);
      }
    }
  }
}
