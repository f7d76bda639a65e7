/*
 * Starts a command, and ends everything that it has started: processes that left its session (daemons) too, and also when
 * the parent is killed.
 *
 *   keeper PARENT STOP_SIGNAL PROCESSES_MAX MEMORY_MIB DISK_MIB COMMAND [ARGUMENT ...]
 *
 * SIGTERM passes STOP_SIGNAL on to the command; SIGQUIT, also sent by the kernel when the parent ends, kills all of its
 * processes, and so does a limit that they exceed (limits.c). Descriptor 3 carries JSON lines: started or failed, exceeded,
 * ended, usage.
 */
#include "limits.h"
#include "tree.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

enum { REPORT = 3 };
/* Time that the other processes have after the command itself was stopped and has ended. */
static const long GRACE_MS = 1000;
static const long POLL_MS = 20;
/* Time between two rounds of killing: who escaped one forks until the next. */
static const long ROUND_MS = 1;
/* Time between two looks at the limits. */
static const long LOOK_MS = 100;
/* A server that fills a file gets SIGXFSZ before it fills the disk. */
static const rlim_t FILE_BYTES_MAX = 1UL << 30;

static pid_t command = 0;
/* Processes other than the command that had to be killed. */
static int killed = 0;
static bool is_killing = false;

/* Makes the kernel end the command and what it starts before this machine's other processes when memory is short. */
static void become_first_victim(void) {
  const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  if (write(file, "1000", 4) < 0) { /* The order is the kernel's own then. */
  }
  close(file);
}

static void run_command(char **argv, const sigset_t *mask, pid_t keeper) {
  const struct rlimit file = {FILE_BYTES_MAX, FILE_BYTES_MAX}, core = {0, 0};
  /* SIGKILL of this program leaves nobody who could end the command. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != keeper) _exit(1);
  setsid();
  setrlimit(RLIMIT_FSIZE, &file);
  setrlimit(RLIMIT_CORE, &core);
  become_first_victim();
  sigprocmask(SIG_SETMASK, mask, NULL);
  execvp(argv[0], argv);
  dprintf(REPORT, "{\"event\":\"failed\",\"error\":\"%s\"}\n", strerror(errno));
  _exit(127);
}

/* Signals the command or, where it has ended, all processes that it left: orphans are children of this process. */
static void signal_children(int number) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
  FILE *children = fopen(path, "re");
  if (children == NULL) return;
  for (int pid; fscanf(children, "%d", &pid) == 1;)
    kill(pid, number);
  fclose(children);
}

static void report_exceeded(struct excess excess) {
  dprintf(REPORT, "{\"event\":\"exceeded\",\"limit\":\"%s\",\"count\":%ld,\"allowed\":%ld}\n", excess.limit,
          excess.count, excess.allowed);
}

/* Returns whether SIGKILL ended a process or, as a shell reports it, one that it had started. */
static bool is_killed(int status) {
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGKILL;
  return WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGKILL;
}

/* Takes the exits of all children. Returns false when there is none left. */
static bool reap(const struct limits *limits) {
  int status;
  pid_t pid;
  struct rusage usage;
  while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
    /* The kernel ends who takes the memory between two looks. */
    if (!is_killing && is_killed(status) && usage.ru_maxrss > limits->memory_max_kib) {
      is_killing = true;
      report_exceeded((struct excess){"memory", usage.ru_maxrss / 1024, limits->memory_max_kib / 1024});
    }
    if (pid != command) {
      if (is_killing) killed++;
      continue;
    }
    command = 0;
    dprintf(REPORT, "{\"event\":\"ended\",\"code\":%d,\"signal\":%d}\n", WIFEXITED(status) ? WEXITSTATUS(status) : 0,
            WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  }
  return pid == 0;
}

/* Comes before the processes of a fork bomb, which would otherwise get thousands of turns for one of this process. */
static void hurry(void) {
  const struct sched_param least = {.sched_priority = 1};
  if (sched_setscheduler(0, SCHED_FIFO, &least) < 0) setpriority(PRIO_PROCESS, 0, -20);
}

/* Kills all processes. Each is stopped before its children are listed: a stopped process starts no further one. */
static void kill_tree(void) {
  struct tree tree = {0};
  read_tree(&tree, getpid(), SIGSTOP, SIZE_MAX);
  for (size_t index = 0; index < tree.count; index++) kill(tree.pids[index], SIGKILL);
  free_tree(&tree);
}

static long us(struct timeval time) { return time.tv_sec * 1000000L + time.tv_usec; }

static void report_usage(void) {
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  dprintf(REPORT,
          "{\"event\":\"usage\",\"killed\":%d,\"userUs\":%ld,\"systemUs\":%ld,\"voluntarySwitches\":%ld,"
          "\"involuntarySwitches\":%ld,\"minorFaults\":%ld,\"majorFaults\":%ld,\"maxRssKiB\":%ld}\n",
          killed, us(usage.ru_utime), us(usage.ru_stime), usage.ru_nvcsw, usage.ru_nivcsw, usage.ru_minflt,
          usage.ru_majflt, usage.ru_maxrss);
}

int main(int argc, char **argv) {
  if (argc < 7) return 2;
  const pid_t parent = atoi(argv[1]);
  const int stop_signal = atoi(argv[2]);
  sigset_t handled, before;
  sigemptyset(&handled);
  /* SIGPIPE: a report that nobody reads any more must not end this process before it has killed the others. */
  for (size_t index = 0; index < 6; index++)
    sigaddset(&handled, (const int[]){SIGCHLD, SIGTERM, SIGQUIT, SIGINT, SIGHUP, SIGPIPE}[index]);
  sigprocmask(SIG_BLOCK, &handled, &before);
  fcntl(REPORT, F_SETFD, FD_CLOEXEC);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (getppid() != parent) return 1;
  struct limits limits = {
      .processes_max = atol(argv[3]), .memory_max_kib = atol(argv[4]) * 1024, .disk_max_mib = atol(argv[5])};
  begin_limits(&limits);
  const pid_t keeper = getpid();
  command = fork();
  if (command < 0) return 1;
  if (command == 0) run_command(argv + 6, &before, keeper);
  dprintf(REPORT, "{\"event\":\"started\",\"pid\":%d}\n", command);

  bool is_stopping = false;
  for (long left_ms = GRACE_MS; reap(&limits);) {
    const struct timespec poll = {0, (is_killing ? ROUND_MS : is_stopping ? POLL_MS : LOOK_MS) * 1000000L};
    const int number = sigtimedwait(&handled, NULL, &poll);
    if (number == SIGQUIT) is_killing = true;
    if (number == SIGTERM) {
      is_stopping = true;
      if (command > 0) kill(command, stop_signal);
      else signal_children(stop_signal);
    }
    if (is_stopping && command == 0 && (left_ms -= POLL_MS) < 0) is_killing = true;
    struct excess excess = {0};
    if (!is_killing && exceeds(&limits, getpid(), &excess)) {
      is_killing = true;
      report_exceeded(excess);
    }
    if (is_killing) hurry();
    if (is_killing) kill_tree();
  }
  report_usage();
  return 0;
}
