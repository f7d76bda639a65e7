/* Echo server with select(2), one thread: at most FD_SETSIZE descriptors.
 * cc -O2 -o c-select server.c && npm run lab -- run quick --server 'c-select=./c-select {port}' --only c-select,select */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
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
  if (argc != 2) return fprintf(stderr, "usage: c-select PORT\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  const int listener = listen_on(atoi(argv[1]));
  static char buffer[16384];
  fd_set open;
  int highest = listener;
  FD_ZERO(&open);
  FD_SET(listener, &open);
  for (;;) {
    fd_set ready = open;
    if (select(highest + 1, &ready, NULL, NULL, NULL) < 0) continue;
    for (int fd = 0; fd <= highest; fd++) {
      if (!FD_ISSET(fd, &ready)) continue;
      if (fd == listener) {
        const int client = accept(listener, NULL, NULL);
        if (client >= FD_SETSIZE) close(client);
        if (client < 0 || client >= FD_SETSIZE) continue;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        FD_SET(client, &open);
        if (client > highest) highest = client;
        continue;
      }
      const ssize_t length = read(fd, buffer, sizeof buffer);
      ssize_t written = 0, part = 0;
      while (written < length && (part = write(fd, buffer + written, length - written)) > 0) written += part;
      if (length <= 0 || part < 0) {
        FD_CLR(fd, &open);
        close(fd);
      }
    }
  }
}
