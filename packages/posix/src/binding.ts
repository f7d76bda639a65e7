import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Native half of the package, see native/*.c: one function per system call.
 *
 * Each function returns the result of the system call (≥ 0) or the negative error number. None throws; none allocates,
 * except inet_ntop and those that register memory. Buffers belong to the caller and may lie on a SharedArrayBuffer. A slice outside its
 * buffer is `-EFAULT`. No call is retried: the caller decides what EINTR and EAGAIN mean.
 */
export interface Binding {
  /** socket(2): a new file descriptor. */
  socket(domain: number, type: number, protocol: number): number;
  /** bind(2) to an address from `encodeAddress`. */
  bind(fd: number, address: Uint8Array): number;
  /** listen(2). The kernel silently caps `backlog` at net.core.somaxconn. */
  listen(fd: number, backlog: number): number;
  /** accept4(2): a new file descriptor. Writes the peer's address to `peer[offset, offset + length)`. */
  accept4(fd: number, peer: Uint8Array, offset: number, length: number, flags: number): number;
  /** connect(2). */
  connect(fd: number, address: Uint8Array): number;
  /** shutdown(2) with SHUT_WR or SHUT_RDWR. */
  shutdown(fd: number, how: number): number;
  /** close(2). Do not retry it: on Linux the descriptor is closed even after EINTR. */
  close(fd: number): number;
  /** recv(2): number of bytes written to `buffer` at `offset`; 0 is end of file. */
  recv(fd: number, buffer: Uint8Array, offset: number, length: number): number;
  /** send(2) with MSG_NOSIGNAL: number of bytes taken from `buffer[offset, offset + length)`. */
  send(fd: number, buffer: Uint8Array, offset: number, length: number): number;
  /** setsockopt(2) with the option's bytes. */
  setsockopt(fd: number, level: number, name: number, value: Uint8Array | Int32Array): number;
  /** getsockopt(2) into the caller's bytes. */
  getsockopt(fd: number, level: number, name: number, value: Uint8Array | Int32Array): number;
  /** getsockname(2). */
  getsockname(fd: number, address: Uint8Array): number;
  /** getpeername(2). */
  getpeername(fd: number, address: Uint8Array): number;

  /** inet_pton(3): 1 after writing 4 or 16 bytes, or 0 when `text` is no address of `family`. */
  inet_pton(family: number, text: string, into: Uint8Array): number;
  /** inet_ntop(3) of the address at `offset`; allocates a string. */
  inet_ntop(family: number, from: Uint8Array, offset: number): string;

  /** epoll_create1(2). */
  epoll_create1(flags: number): number;
  /** epoll_ctl(2). Each event carries `fd` and `generation`, see `EPOLL_EVENT_DATA_WORD`. */
  epoll_ctl(epfd: number, operation: number, fd: number, events: number, generation: number): number;
  /** epoll_wait(2): number of events written to `events`, `EPOLL_EVENT_WORDS` words each; -1 waits without limit. */
  epoll_wait(epfd: number, events: Int32Array, timeoutMs: number): number;
  /** epoll_pwait2(2), Linux 5.11: epoll_wait with a finer time-out and no signal mask; -1 waits without limit. */
  epoll_pwait2(epfd: number, events: Int32Array, timeoutNs: number): number;

  /** select(2) on bitmaps of whole 64-bit words that hold `nfds` bits. The kernel overwrites them. */
  select(
    nfds: number,
    readable: Int32Array,
    writable: Int32Array,
    exceptional: Int32Array,
    timeoutMs: number,
  ): number;

  /** poll(2) on the first `count` structs pollfd of `entries`, two words each. The kernel writes the returned events. */
  poll(entries: Int32Array, count: number, timeoutMs: number): number;

  /** io_uring_setup(2): descriptor of a new ring. Fills `params`, a struct io_uring_params in 32-bit words. */
  io_uring_setup(entries: number, params: Int32Array): number;
  /** io_uring_enter(2): number of submitted operations; -1 waits without limit, -ETIME when the time-out ends the wait. */
  io_uring_enter(fd: number, toSubmit: number, minComplete: number, flags: number, timeoutNs: number): number;
  /** io_uring_register(2). */
  io_uring_register(fd: number, opcode: number, argument: Int32Array, count: number): number;
  /** mmap(2): memory of a ring, or zeroed pages for fd -1; a negative error number on failure. */
  mmap(fd: number, offset: number, length: number): ArrayBuffer | number;
  /** Address of an array's memory. The memory must have come from `mmap`, because V8 may move or free other memory. */
  address_of(array: Uint8Array | Int32Array): number;

  /** eventfd(2). */
  eventfd(initial: number, flags: number): number;
  /** eventfd_write(3). */
  eventfd_write(fd: number, value: number): number;
  /** eventfd_read(3). The count is dropped, because only the wake-up matters. */
  eventfd_read(fd: number): number;

  /** getrlimit(2) into `[soft, hard]`. */
  getrlimit(resource: number, limits: Float64Array): number;
  /** setrlimit(2). */
  setrlimit(resource: number, soft: number, hard: number): number;
  /** sched_setaffinity(2) of one thread (0: the calling one); threads and processes it starts inherit the mask. */
  sched_setaffinity(thread: number, mask: Uint8Array): number;
  /** sched_getaffinity(2): number of bytes of `mask` that the kernel wrote. */
  sched_getaffinity(thread: number, mask: Uint8Array): number;
  /** sched_setscheduler(2) of one thread (0: the calling one), with a policy that has no priority. */
  sched_setscheduler(thread: number, policy: number): number;
  /** clock_gettime(2) into `[microseconds]`; CLOCK_MONOTONIC is the same clock in every process of the machine. */
  clock_gettime(clock: number, now: Float64Array): number;
  /** fcntl(2) with an integer argument. */
  fcntl(fd: number, command: number, argument: number): number;
  /** prctl(2) PR_SET_PDEATHSIG: signal for this process when its parent thread ends. */
  prctl_set_pdeathsig(signal: number): number;
  /** prctl(2) PR_SET_TIMERSLACK: how late the kernel may end a wait of the calling thread, at most 2^32 - 1 ns. */
  prctl_set_timerslack(ns: number): number;
  /** madvise(2) MADV_DONTNEED of the program's code and constants: the next use of a page maps it again. */
  madvise_program_dontneed(): number;
  /** malloc_trim(3): gives freed memory back to the kernel. @returns 1 when there was some, or 0 */
  malloc_trim(): number;

  /**
   * Functions of the hot paths with arguments in registered memory, see RegisteredCall: argument i is the array i, or
   * the double i of the registers. The result is the double `RESULT_REGISTER`. None of the memory may be detached or shrunk
   * afterwards.
   */
  register_accept4(...memory: Registration): Registered;
  register_clock_gettime(...memory: Registration): Registered;
  register_epoll_ctl(...memory: Registration): Registered;
  register_epoll_pwait2(...memory: Registration): Registered;
  register_epoll_wait(...memory: Registration): Registered;
  register_io_uring_enter(...memory: Registration): Registered;
  register_poll(...memory: Registration): Registered;
  register_recv(...memory: Registration): Registered;
  register_select(...memory: Registration): Registered;
  register_send(...memory: Registration): Registered;
  /** Number of registers that a function needs. */
  readonly REGISTERS: number;
  readonly RESULT_REGISTER: number;

  readonly AF_INET: number;
  readonly AF_INET6: number;
  readonly AF_NETLINK: number;
  readonly SOCK_STREAM: number;
  readonly SOCK_RAW: number;
  readonly SOCK_NONBLOCK: number;
  readonly SOCK_CLOEXEC: number;
  readonly MSG_DONTWAIT: number;
  readonly MSG_NOSIGNAL: number;
  readonly MSG_WAITALL: number;
  readonly SHUT_WR: number;
  readonly SHUT_RDWR: number;
  readonly SOL_SOCKET: number;
  readonly SO_REUSEADDR: number;
  readonly SO_REUSEPORT: number;
  readonly SO_OOBINLINE: number;
  readonly SO_ERROR: number;
  readonly SO_LINGER: number;
  readonly SO_KEEPALIVE: number;
  readonly SO_SNDBUF: number;
  readonly SO_RCVBUF: number;
  readonly SO_RCVTIMEO: number;
  readonly SO_SNDTIMEO: number;
  readonly IPPROTO_IP: number;
  /** bind(2) to an address without a port: connect(2) picks it, so one port serves many destinations. ip(7) */
  readonly IP_BIND_ADDRESS_NO_PORT: number;
  readonly IPPROTO_TCP: number;
  readonly TCP_LISTEN: number;
  readonly TCP_NODELAY: number;
  readonly TCP_KEEPIDLE: number;
  readonly TCP_KEEPINTVL: number;
  readonly TCP_USER_TIMEOUT: number;
  readonly TCP_INFO: number;
  /** Index of the 32-bit word of TCP_INFO that counts a listener's connections in the accept queue. */
  readonly TCP_INFO_UNACKED_WORD: number;
  /** Offsets of the port, an IPv4 and an IPv6 address in their struct sockaddr, bytes. */
  readonly SOCKADDR_PORT_OFFSET: number;
  readonly SOCKADDR_IN_ADDRESS_OFFSET: number;
  readonly SOCKADDR_IN6_ADDRESS_OFFSET: number;
  readonly SOCKADDR_IN_BYTES: number;
  readonly SOCKADDR_IN6_BYTES: number;

  readonly NETLINK_SOCK_DIAG: number;
  readonly NLM_F_DUMP: number;
  readonly NLM_F_REQUEST: number;
  readonly NLMSG_DONE: number;
  readonly SOCK_DIAG_BY_FAMILY: number;

  readonly EPOLL_CLOEXEC: number;
  readonly EPOLL_CTL_ADD: number;
  readonly EPOLL_CTL_MOD: number;
  readonly EPOLL_CTL_DEL: number;
  readonly EPOLLIN: number;
  readonly EPOLLOUT: number;
  readonly EPOLLPRI: number;
  readonly EPOLLERR: number;
  readonly EPOLLHUP: number;
  readonly EPOLLRDHUP: number;
  readonly EPOLLET: number;
  /** Size of a struct epoll_event in 32-bit words. Word 0 holds the events. */
  readonly EPOLL_EVENT_WORDS: number;
  /** Index of the word of an event that holds the file descriptor. The next word holds the generation. */
  readonly EPOLL_EVENT_DATA_WORD: number;

  readonly POLLIN: number;
  readonly POLLOUT: number;
  readonly POLLPRI: number;
  readonly IORING_SETUP_CQSIZE: number;
  readonly IORING_SETUP_CLAMP: number;
  readonly IORING_SETUP_SUBMIT_ALL: number;
  readonly IORING_SETUP_TASKRUN_FLAG: number;
  readonly IORING_SETUP_SINGLE_ISSUER: number;
  readonly IORING_SETUP_DEFER_TASKRUN: number;
  readonly IORING_FEAT_SINGLE_MMAP: number;
  readonly IORING_FEAT_EXT_ARG: number;
  readonly IORING_OFF_SQ_RING: number;
  readonly IORING_OFF_SQES: number;
  readonly IORING_ENTER_GETEVENTS: number;
  readonly IORING_REGISTER_PBUF_RING: number;
  readonly IORING_SQ_CQ_OVERFLOW: number;
  readonly IORING_SQ_TASKRUN: number;
  readonly IORING_OP_POLL_ADD: number;
  readonly IORING_OP_ACCEPT: number;
  readonly IORING_OP_ASYNC_CANCEL: number;
  readonly IORING_OP_SEND: number;
  readonly IORING_OP_RECV: number;
  readonly IORING_OP_CONNECT: number;
  readonly IORING_ACCEPT_MULTISHOT: number;
  readonly IORING_RECV_MULTISHOT: number;
  readonly IOSQE_BUFFER_SELECT: number;
  readonly IOSQE_CQE_SKIP_SUCCESS: number;
  readonly IORING_CQE_F_BUFFER: number;
  readonly IORING_CQE_F_MORE: number;
  readonly IORING_CQE_BUFFER_SHIFT: number;
  readonly FD_SETSIZE: number;
  readonly EFD_CLOEXEC: number;
  readonly EFD_NONBLOCK: number;
  readonly RLIMIT_NOFILE: number;
  readonly RLIMIT_NPROC: number;
  readonly SCHED_IDLE: number;
  readonly CLOCK_MONOTONIC: number;
  readonly CLOCK_REALTIME: number;
  readonly F_GETFD: number;
  readonly F_DUPFD: number;
  readonly F_SETFL: number;
  readonly O_NONBLOCK: number;
  readonly SIGTERM: number;

  readonly EAGAIN: number;
  readonly EINTR: number;
  readonly EPERM: number;
  readonly ENOSYS: number;
  readonly EBADF: number;
  readonly EINVAL: number;
  readonly EFAULT: number;
  readonly EMFILE: number;
  readonly ENFILE: number;
  readonly ENOBUFS: number;
  readonly ENOMEM: number;
  readonly EINPROGRESS: number;
  readonly ECONNREFUSED: number;
  readonly ECONNRESET: number;
  readonly EPIPE: number;
  readonly ECANCELED: number;
  readonly ETIME: number;
  readonly EBUSY: number;
  readonly ETIMEDOUT: number;
  readonly EADDRINUSE: number;
  readonly EADDRNOTAVAIL: number;
  readonly EACCES: number;
  readonly ENETUNREACH: number;
  readonly EHOSTUNREACH: number;
}

/** Registers, and an array in the place of each argument that is one; null in the others'. */
type Registration = [registers: Float64Array, ...arrays: (ArrayBufferView | null)[]];

/** Function without arguments, or a negative error number. */
type Registered = (() => void) | number;

/**
 * Loads an addon built by `build-addon`; with SANITIZE=NAME in the environment its variant in the folder NAME.
 *
 * @param file URL of the .node file
 * @throws Error that tells how to build it, when the file is missing
 */
export function loadAddon<T>(file: URL): T {
  // Not `file.pathname`, where a blank is %20.
  const built = fileURLToPath(file);
  const path = join(dirname(built), process.env.SANITIZE ?? "", basename(built));
  try {
    return createRequire(import.meta.url)(path) as T;
  } catch (cause) {
    throw new Error(`cannot load ${path}: run 'npm run build' (it needs a C compiler)`, { cause });
  }
}

/**
 * Frozen copy of the addon's exports. V8 keeps an object that an addon filled property by property as a hash table, so
 * each `posix.recv` would cost a lookup. The copy's properties have fixed offsets, and frozen ones compile to
 * constants.
 */
export const binding: Binding = Object.freeze({
  ...loadAddon<Binding>(new URL("../build/posix.node", import.meta.url)),
});
