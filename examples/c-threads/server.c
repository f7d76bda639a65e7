/* Echo server with a POSIX thread for each connection.
 * cc -O2 -pthread -o c-threads server.c && npm run lab -- run quick --server 'c-threads=./c-threads {port}' --only c-threads,threaded */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
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

static void *serve(void *argument) {
  const int fd = (int)(intptr_t)argument;
  char buffer[16384];
  ssize_t length, part = 0;
  while (part >= 0 && (length = read(fd, buffer, sizeof buffer)) > 0)
    for (ssize_t written = 0; written < length; written += part)
      if ((part = write(fd, buffer + written, length - written)) < 0) break;
  close(fd);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: c-threads PORT\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  const int listener = listen_on(atoi(argv[1]));
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&detached, 65536);
  for (;;) {
    const int client = accept(listener, NULL, NULL);
    if (client < 0) continue;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    pthread_t thread;
    if (pthread_create(&thread, &detached, serve, (void *)(intptr_t)client)) close(client);
  }
}
