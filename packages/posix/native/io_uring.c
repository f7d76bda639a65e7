/* io_uring(7): its three system calls, and memory that the kernel and TypeScript share. */
#include "posix.h"
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* (entries, params). Fills the caller's struct io_uring_params with sizes, features and offsets. */
static napi_value posix_io_uring_setup(const struct arguments *args) {
  struct span params = arg_span(args, 1);
  if (params.length < sizeof(struct io_uring_params)) return error_result(args, EFAULT);
  return syscall_result(args, syscall(SYS_io_uring_setup, arg_uint(args, 0), params.data));
}

/* (fd, toSubmit, minComplete, flags, timeoutNs). A negative timeout waits without limit. */
static napi_value posix_io_uring_enter(const struct arguments *args) {
  int64_t ns;
  if (!arg_timeout(args, 4, 9e15, &ns)) return error_result(args, EINVAL);
  struct __kernel_timespec timeout = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
  struct io_uring_getevents_arg arg = {.ts = ns < 0 ? 0 : (uint64_t)(uintptr_t)&timeout};
  return syscall_result(args, syscall(SYS_io_uring_enter, arg_int(args, 0), arg_uint(args, 1),
                                     arg_uint(args, 2), arg_uint(args, 3) | IORING_ENTER_EXT_ARG, &arg,
                                     sizeof arg));
}

/* (fd, opcode, argument, count). Takes IORING_REGISTER_PBUF_RING only: each opcode reads another structure, and one that is
 * longer than the array would be read beyond its end. */
static napi_value posix_io_uring_register(const struct arguments *args) {
  int opcode = arg_int(args, 1);
  struct span argument = arg_span(args, 2);
  uint32_t count = arg_uint(args, 3);
  if (opcode != IORING_REGISTER_PBUF_RING) return error_result(args, EINVAL);
  if (argument.length / sizeof(struct io_uring_buf_reg) < count) return error_result(args, EFAULT);
  return syscall_result(args, syscall(SYS_io_uring_register, arg_int(args, 0), opcode, argument.data, count));
}

static void unmap(node_api_nogc_env env, void *data, void *length) {
  (void)env;
  munmap(data, (size_t)(uintptr_t)length);
}

/* (fd, offset, length). Returns mapped memory as an ArrayBuffer, or a negative error number; fd -1 maps zeroed pages
 * without a file. The memory is unmapped when the ArrayBuffer is collected. */
static napi_value posix_mmap(const struct arguments *args) {
  int fd = arg_int(args, 0);
  double offset = arg_double(args, 1);
  double length = arg_double(args, 2);
  if (!(length >= 1 && length <= (double)(1ULL << 40)) || !(offset >= 0 && offset <= 9e15)) return error_result(args, EINVAL);
  int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED | MAP_POPULATE;
  void *data = mmap(NULL, (size_t)length, PROT_READ | PROT_WRITE, flags, fd, (off_t)offset);
  if (data == MAP_FAILED) return error_result(args, errno);
  napi_value buffer;
  if (napi_create_external_arraybuffer(args->env, data, (size_t)length, (napi_finalize)unmap, (void *)(uintptr_t)length,
                                       &buffer) == napi_ok) {
    return buffer;
  }
  munmap(data, (size_t)length);
  return error_result(args, ENOTSUP);
}

/* Returns the address of a typed array's memory, which the kernel needs in an operation. Addresses have at most 47 bits
 * here, so a double is exact. */
static napi_value posix_address_of(const struct arguments *args) {
  return number(args->env, (double)(uintptr_t)arg_span(args, 0).data);
}

_Static_assert(sizeof(struct io_uring_sqe) == 64 && sizeof(struct io_uring_cqe) == 16, "packages/uring knows these sizes");

void export_io_uring(napi_env env, napi_value exports) {
  FUNCTION(io_uring_setup);
  REGISTERED_FUNCTION(io_uring_enter);
  FUNCTION(io_uring_register);
  FUNCTION(mmap);
  FUNCTION(address_of);

  CONSTANT(IORING_SETUP_CQSIZE);
  CONSTANT(IORING_SETUP_CLAMP);
  CONSTANT(IORING_SETUP_SUBMIT_ALL);
  CONSTANT(IORING_SETUP_TASKRUN_FLAG);
  CONSTANT(IORING_SETUP_SINGLE_ISSUER);
  CONSTANT(IORING_SETUP_DEFER_TASKRUN);
  CONSTANT(IORING_FEAT_SINGLE_MMAP);
  CONSTANT(IORING_FEAT_EXT_ARG);
  CONSTANT(IORING_OFF_SQ_RING);
  CONSTANT(IORING_OFF_SQES);
  CONSTANT(IORING_ENTER_GETEVENTS);
  CONSTANT(IORING_REGISTER_PBUF_RING);
  CONSTANT(IORING_SQ_CQ_OVERFLOW);
  CONSTANT(IORING_SQ_TASKRUN);
  CONSTANT(IORING_OP_POLL_ADD);
  CONSTANT(IORING_OP_ACCEPT);
  CONSTANT(IORING_OP_ASYNC_CANCEL);
  CONSTANT(IORING_OP_SEND);
  CONSTANT(IORING_OP_RECV);
  CONSTANT(IORING_OP_CONNECT);
  CONSTANT(IORING_ACCEPT_MULTISHOT);
  CONSTANT(IORING_RECV_MULTISHOT);
  CONSTANT(IOSQE_BUFFER_SELECT);
  CONSTANT(IOSQE_CQE_SKIP_SUCCESS);
  CONSTANT(IORING_CQE_F_BUFFER);
  CONSTANT(IORING_CQE_F_MORE);
  CONSTANT(IORING_CQE_BUFFER_SHIFT);
}
