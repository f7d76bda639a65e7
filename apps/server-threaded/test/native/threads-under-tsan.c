/* Drives native/connection-thread.c without Node, for ThreadSanitizer, which Node cannot run under: real threads, real sockets.
 * One thread accepts and starts, as the acceptor does; one connects, sends, verifies and leaves; in the last round it stays, so
 * that draining and aborting meet blocked threads.
 * test/memory-safety.test.ts compiles it. The linker drops the functions that call Node. */
#include "../../native/connection-thread.c"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

enum { CONNECTIONS = 64, ROUNDS = 6, MESSAGES = 20, STACK_BYTES = 256 * 1024, BUFFER_BYTES = 16 * 1024 };

static double rows[CONNECTIONS * FIELDS_PER_ROW];
static int32_t states[CONNECTIONS];
static atomic_int exchanged;
static struct sockaddr_in address = {.sin_family = AF_INET};

static void must(bool is_well, const char *what) {
  if (is_well) return;
  perror(what);
  exit(1);
}

static void exchange(int fd) {
  char message[] = "twenty bytes a line\n", echo[sizeof message];
  for (int i = 0; i < MESSAGES; i++) {
    must(send(fd, message, sizeof message, MSG_NOSIGNAL) == (ssize_t)sizeof message, "send");
    must(recv(fd, echo, sizeof echo, MSG_WAITALL) == (ssize_t)sizeof echo, "recv");
    must(memcmp(message, echo, sizeof echo) == 0, "echo");
  }
}

/* Connects all, talks on all, and leaves: every second one without a FIN. `stays` keeps them open until the server ends them. */
static void *clients(void *stays) {
  int fds[CONNECTIONS];
  for (int i = 0; i < CONNECTIONS; i++) {
    fds[i] = socket(AF_INET, SOCK_STREAM, 0);
    must(connect(fds[i], (struct sockaddr *)&address, sizeof address) == 0, "connect");
  }
  for (int i = 0; i < CONNECTIONS; i++) exchange(fds[i]);
  atomic_fetch_add(&exchanged, 1);
  for (int i = 0; i < CONNECTIONS; i++) {
    struct linger reset = {1, 0};
    char end;
    if (stays != NULL) must(recv(fds[i], &end, 1, 0) <= 0, "end of file");
    else if (i % 2) setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fds[i]);
  }
  return NULL;
}

/* Sums what closed rows say, and frees them. */
static double collect(double *received) {
  double closed = 0;
  for (int i = 0; i < CONNECTIONS; i++) {
    if (__atomic_load_n(&states[i], __ATOMIC_SEQ_CST) < ROW_CLOSED) continue;
    closed++;
    *received += rows[i * FIELDS_PER_ROW + FIELD_BYTES_RECEIVED];
    memset(&rows[i * FIELDS_PER_ROW], 0, FIELDS_PER_ROW * sizeof(double));
    __atomic_store_n(&states[i], 0, __ATOMIC_SEQ_CST);
  }
  return closed;
}

int main(void) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  socklen_t length = sizeof address;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  must(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, CONNECTIONS) == 0, "listen");
  must(getsockname(listener, (struct sockaddr *)&address, &length) == 0, "getsockname");
  struct table *table = new_table(rows, states, CONNECTIONS, STACK_BYTES, BUFFER_BYTES);
  must(table != NULL, "new_table");
  double closed = 0, received = 0;
  struct timespec pause = {0, 1000000};
  for (int round = 0; round < ROUNDS; round++) {
    bool is_last = round == ROUNDS - 1;
    pthread_t thread;
    must(pthread_create(&thread, NULL, clients, is_last ? table : NULL) == 0, "pthread_create");
    for (int i = 0; i < CONNECTIONS; i++) {
      int fd = accept(listener, NULL, NULL);
      must(fd >= 0 && start(table, (size_t)i, fd) == 0, "start");
    }
    if (is_last) {
      while (atomic_load(&exchanged) < ROUNDS) nanosleep(&pause, NULL);
      for_each_live(table, finish);
      nanosleep(&(struct timespec){0, 20000000}, NULL);
      end_all(table);
    }
    pthread_join(thread, NULL);
    for (double have = 0; have < CONNECTIONS; nanosleep(&pause, NULL)) have += collect(&received);
    while (atomic_load(&table->live) > 0) nanosleep(&pause, NULL);
    closed += CONNECTIONS;
  }
  printf("%.0f closed, %.0f bytes received\n", closed, received);
  return 0;
}
