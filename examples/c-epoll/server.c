/* Echo server with epoll(7), level-triggered, one thread.
 * cc -O2 -o c-epoll server.c && npm run lab -- run quick --server 'c-epoll=./c-epoll {port}' --only c-epoll,epoll */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

static int listen_on(int port) {
  const struct sockaddr_in address = {AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {0}};
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(fd, (const struct sockaddr *)&address, sizeof address) || listen(fd, 4096)) {
    perror("listen");
    exit(1);
  }
  return fd;
}

static void watch(int epoll, int fd) {
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &(struct epoll_event){EPOLLIN, {.fd = fd}});
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: c-epoll PORT\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  const int listener = listen_on(atoi(argv[1])), epoll = epoll_create1(0);
  static char buffer[16384];
  static struct epoll_event events[1024];
  watch(epoll, listener);
  for (;;) {
    const int count = epoll_wait(epoll, events, 1024, -1);
    for (int at = 0; at < count; at++) {
      const int fd = events[at].data.fd;
      if (fd == listener) {
        const int client = accept(listener, NULL, NULL);
        if (client < 0) continue;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        watch(epoll, client);
        continue;
      }
      const ssize_t length = read(fd, buffer, sizeof buffer);
      ssize_t written = 0, part = 0;
      while (written < length && (part = write(fd, buffer + written, length - written)) > 0) written += part;
      if (length <= 0 || part < 0) close(fd);
    }
  }
}
