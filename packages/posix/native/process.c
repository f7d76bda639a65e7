/* Limits, processors, clocks and memory of the process. */
#include "posix.h"
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* (resource, Float64Array [soft, hard]). RLIM_INFINITY becomes Infinity. */
static napi_value posix_getrlimit(const struct arguments *args) {
  struct span out = arg_span(args, 1);
  struct rlimit limit;
  if (out.length < 2 * sizeof(double)) return error_result(args, EFAULT);
  int rc = getrlimit(arg_int(args, 0), &limit);
  if (rc == 0) {
    store_double(out, 0, limit.rlim_cur == RLIM_INFINITY ? __builtin_inf() : (double)limit.rlim_cur);
    store_double(out, 1, limit.rlim_max == RLIM_INFINITY ? __builtin_inf() : (double)limit.rlim_max);
  }
  return syscall_result(args, rc);
}

static rlim_t limit_from(double value) { return value > 9e15 ? RLIM_INFINITY : (rlim_t)value; }

static napi_value posix_setrlimit(const struct arguments *args) {
  double soft = arg_double(args, 1);
  double hard = arg_double(args, 2);
  if (!(soft >= 0) || !(hard >= 0)) return error_result(args, EINVAL);
  struct rlimit limit = {limit_from(soft), limit_from(hard)};
  return syscall_result(args, setrlimit(arg_int(args, 0), &limit));
}

/* (thread or 0 for the caller, bitmap of processors) */
static napi_value posix_sched_setaffinity(const struct arguments *args) {
  struct span mask = arg_span(args, 1);
  if (mask.data == NULL) return error_result(args, EFAULT);
  return syscall_result(args, sched_setaffinity(arg_int(args, 0), mask.length, (cpu_set_t *)mask.data));
}

/* Returns the number of bytes that the kernel wrote to the bitmap. */
static napi_value posix_sched_getaffinity(const struct arguments *args) {
  struct span mask = arg_span(args, 1);
  if (mask.data == NULL) return error_result(args, EFAULT);
  return syscall_result(args, sched_getaffinity(arg_int(args, 0), mask.length, (cpu_set_t *)mask.data));
}

/* (thread or 0 for the caller, policy without a priority) */
static napi_value posix_sched_setscheduler(const struct arguments *args) {
  struct sched_param none = {0};
  return syscall_result(args, sched_setscheduler(arg_int(args, 0), arg_int(args, 1), &none));
}

/* (clock, Float64Array [microseconds]): a returned double would be a new object on V8's heap at each call.
 * CLOCK_MONOTONIC starts at boot for all processes, so two processes may compare their times. */
static napi_value posix_clock_gettime(const struct arguments *args) {
  struct span out = arg_span(args, 1);
  struct timespec now;
  if (out.length < sizeof(double)) return error_result(args, EFAULT);
  int rc = clock_gettime(arg_int(args, 0), &now);
  if (rc == 0) store_double(out, 0, microseconds(now));
  return syscall_result(args, rc);
}

/* (fd, command, number). Commands whose argument is a pointer are refused: the kernel would write there. */
static napi_value posix_fcntl(const struct arguments *args) {
  int command = arg_int(args, 1);
  switch (command) {
    case F_DUPFD: case F_DUPFD_CLOEXEC: case F_GETFD: case F_SETFD: case F_GETFL: case F_SETFL:
      return syscall_result(args, fcntl(arg_int(args, 0), command, arg_int(args, 2)));
    default:
      return error_result(args, EINVAL);
  }
}

/* Sets the signal that this process gets when its parent thread ends: prctl(2) PR_SET_PDEATHSIG. */
static napi_value posix_prctl_set_pdeathsig(const struct arguments *args) {
  return syscall_result(args, prctl(PR_SET_PDEATHSIG, arg_int(args, 0)));
}

/* Sets how late the kernel may end a wait of the calling thread, ns: prctl(2) PR_SET_TIMERSLACK. 0 restores the default. */
static napi_value posix_prctl_set_timerslack(const struct arguments *args) {
  return syscall_result(args, prctl(PR_SET_TIMERSLACK, (unsigned long)arg_uint(args, 0)));
}

/* Drops the read-only segments of a program from this process. They are never written, so nothing is lost. */
static int drop_segments(struct dl_phdr_info *program, size_t size, void *rc) {
  (void)size;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int at = 0; at < program->dlpi_phnum; at++) {
    const ElfW(Phdr) *segment = &program->dlpi_phdr[at];
    if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) != 0) continue;
    uintptr_t start = (program->dlpi_addr + segment->p_vaddr) & ~(page - 1);
    uintptr_t end = (program->dlpi_addr + segment->p_vaddr + segment->p_memsz) & ~(page - 1);
    if (end > start && madvise((void *)start, end - start, MADV_DONTNEED) < 0) *(int *)rc = -1;
  }
  return 1; /* The first is the program itself; its libraries follow. */
}

/* Drops the pages of the program's code and constants: madvise(2) MADV_DONTNEED. The next use of one maps it again. */
static napi_value posix_madvise_program_dontneed(const struct arguments *args) {
  int rc = 0;
  dl_iterate_phdr(drop_segments, &rc);
  return syscall_result(args, rc);
}

/* Gives memory that free(3) keeps back to the kernel. */
static napi_value posix_malloc_trim(const struct arguments *args) {
  return integer(args->env, malloc_trim(0));
}

void export_process(napi_env env, napi_value exports) {
  FUNCTION(getrlimit);
  FUNCTION(setrlimit);
  FUNCTION(sched_setaffinity);
  FUNCTION(sched_getaffinity);
  FUNCTION(sched_setscheduler);
  REGISTERED_FUNCTION(clock_gettime);
  FUNCTION(fcntl);
  FUNCTION(prctl_set_pdeathsig);
  FUNCTION(prctl_set_timerslack);
  FUNCTION(madvise_program_dontneed);
  FUNCTION(malloc_trim);

  CONSTANT(RLIMIT_NOFILE);
  CONSTANT(RLIMIT_NPROC);
  CONSTANT(SCHED_IDLE);
  CONSTANT(CLOCK_MONOTONIC);
  CONSTANT(CLOCK_REALTIME);
  CONSTANT(F_GETFD);
  CONSTANT(F_DUPFD);
  CONSTANT(F_SETFL);
  CONSTANT(O_NONBLOCK);
  CONSTANT(SIGTERM);
}
