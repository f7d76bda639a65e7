/* Echo server with poll(2), one thread.
 * cc -O2 -o c-poll server.c && npm run lab -- run quick --server 'c-poll=./c-poll {port}' --only c-poll,select */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: c-poll PORT\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  static char buffer[16384];
  static struct pollfd polled[65536];
  nfds_t count = 1;
  polled[0] = (struct pollfd){listen_on(atoi(argv[1])), POLLIN, 0};
  for (;;) {
    if (poll(polled, count, -1) < 0) continue;
    for (nfds_t at = count; at-- > 1;) {
      if (polled[at].revents == 0) continue;
      const int fd = polled[at].fd;
      const ssize_t length = read(fd, buffer, sizeof buffer);
      ssize_t written = 0, part = 0;
      while (written < length && (part = write(fd, buffer + written, length - written)) > 0) written += part;
      if (length > 0 && part > 0) continue;
      close(fd);
      polled[at] = polled[--count];
    }
    if (polled[0].revents & POLLIN) {
      const int client = accept(polled[0].fd, NULL, NULL);
      if (client < 0) continue;
      setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
      if (count < sizeof polled / sizeof *polled) polled[count++] = (struct pollfd){client, POLLIN, 0};
      else close(client);
    }
  }
}
