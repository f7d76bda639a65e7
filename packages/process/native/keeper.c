/*
 * Starts a command, and ends everything that it has started: processes that left its session (daemons) too, and also when
 * the parent is killed.
 *
 *   keeper PARENT STOP_SIGNAL COMMAND [ARGUMENT ...]
 *
 * SIGTERM passes STOP_SIGNAL on to the command; SIGQUIT, also sent by the kernel when the parent ends, kills all of its
 * processes. Descriptor 3 carries JSON lines: started or failed, ended, usage.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

enum { REPORT = 3 };
/* Time that the other processes have after the command itself was stopped and has ended. */
static const long GRACE_MS = 1000;
static const long POLL_MS = 20;
/* A server that fills a file gets SIGXFSZ before it fills the disk. */
static const rlim_t FILE_BYTES_MAX = 1UL << 30;

static pid_t command = 0;
/* Processes other than the command that had to be killed. */
static int killed = 0;
static bool is_killing = false;

static void run_command(char **argv, const sigset_t *mask) {
  const struct rlimit file = {FILE_BYTES_MAX, FILE_BYTES_MAX}, core = {0, 0};
  setsid();
  setrlimit(RLIMIT_FSIZE, &file);
  setrlimit(RLIMIT_CORE, &core);
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

/* Takes the exits of all children. Returns false when there is none left. */
static bool reap(void) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
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
  if (argc < 4) return 2;
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
  command = fork();
  if (command < 0) return 1;
  if (command == 0) run_command(argv + 3, &before);
  dprintf(REPORT, "{\"event\":\"started\",\"pid\":%d}\n", command);

  bool is_stopping = false;
  for (long left_ms = GRACE_MS; reap();) {
    const bool is_ending = is_stopping || is_killing;
    const struct timespec poll = {is_ending ? 0 : 1, is_ending ? POLL_MS * 1000000L : 0};
    const int number = sigtimedwait(&handled, NULL, &poll);
    if (number == SIGQUIT) is_killing = true;
    if (number == SIGTERM) {
      is_stopping = true;
      if (command > 0) kill(command, stop_signal);
      else signal_children(stop_signal);
    }
    if (is_stopping && command == 0 && (left_ms -= POLL_MS) < 0) is_killing = true;
    if (is_killing) signal_children(SIGKILL);
  }
  report_usage();
  return 0;
}
