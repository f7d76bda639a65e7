/* Echo server with select(2), one thread: at most FD_SETSIZE descriptors. Conformance: course.
 * cc -O2 -o c-select server.c && npm run lab -- run quick --server 'c-select=./c-select {port}' --only c-select,select */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <unistd.h>

static struct echo { ssize_t length, sent; char bytes[16384]; } echoes[FD_SETSIZE];

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
  if (argc != 2) return fprintf(stderr, "usage: c-select PORT\n"), 2;
  const struct sockaddr_in address = {AF_INET, htons(atoi(argv[1])), {htonl(INADDR_LOOPBACK)}, {0}};
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(listener, (const struct sockaddr *)&address, sizeof address) || listen(listener, 4096))
    return perror("listen"), 1;
  static fd_set reading, writing; /* While its echo is pending, a connection waits for writing only. */
  FD_SET(listener, &reading);
  for (int highest = listener;;) {
    fd_set readable = reading, writable = writing;
    if (select(highest + 1, &readable, &writable, NULL, NULL) < 0) continue;
    for (int fd = 0; fd <= highest; fd++) {
      if (fd == listener || !(FD_ISSET(fd, &readable) || FD_ISSET(fd, &writable))) continue;
      const int goes_on = serve(fd, &echoes[fd]), is_pending = echoes[fd].sent < echoes[fd].length;
      FD_CLR(fd, &reading);
      FD_CLR(fd, &writing);
      if (goes_on) FD_SET(fd, is_pending ? &writing : &reading);
      else close(fd);
    }
    if (!FD_ISSET(listener, &readable)) continue;
    const int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (client >= FD_SETSIZE) close(client);
    if (client < 0 || client >= FD_SETSIZE) continue;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    echoes[client].sent = echoes[client].length = 0;
    FD_SET(client, &reading);
    if (client > highest) highest = client;
  }
}
