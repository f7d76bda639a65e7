import { readFileSync } from "node:fs";
import { type Binding, posix, RegisteredCall, SyscallError } from "@c10k-lab/posix";
import { highWord, lowWord, mapPages } from "./memory.ts";

// Layout of struct io_uring_params in 32-bit words.
const PARAMS_WORDS = 30;
const SQ_ENTRIES = 0;
const CQ_ENTRIES = 1;
const FLAGS = 2;
const FEATURES = 5;
const SQ_OFFSETS = 10;
const CQ_OFFSETS = 20;
// Indexes into the offsets of either ring.
const HEAD = 0;
const TAIL = 1;
const MASK = 2;
const SQ_FLAGS = 4;
const SQ_ARRAY = 6;
const CQ_OVERFLOW = 4;
const CQ_CQES = 5;

// Layout of struct io_uring_sqe and struct io_uring_cqe in 32-bit words.
const SQE_WORDS = 16;
const CQE_WORDS = 4;
const CQE_RESULT = 2;
const CQE_FLAGS = 3;

/** System call that sets up a ring. Tests replace it to simulate other kernels. */
type SetupCall = Pick<Binding, "io_uring_setup">;

export interface RingOptions {
  /** Program that needs the ring, in the sentence about what is missing. */
  readonly user: string;
  /** Operations that can be written before the kernel must be entered: a power of two. */
  readonly entries: number;
  /** Completions that fit before the kernel keeps further ones aside: a power of two. */
  readonly completions: number;
  /** True to use SINGLE_ISSUER and DEFER_TASKRUN where the kernel has them. */
  readonly isDeferred: boolean;
}

/**
 * Sets up a ring with the best flags that this kernel knows.
 *
 * @throws Error with a sentence and the remedy where io_uring is off
 * @throws SyscallError of io_uring_setup(2) for any other failure
 */
export function openRing(options: RingOptions, calls: SetupCall = posix): Ring {
  const deferred =
    posix.IORING_SETUP_SINGLE_ISSUER | posix.IORING_SETUP_DEFER_TASKRUN | posix.IORING_SETUP_TASKRUN_FLAG;
  const common = posix.IORING_SETUP_CQSIZE | posix.IORING_SETUP_CLAMP;
  let failure = posix.EINVAL;
  for (const flags of options.isDeferred ? [deferred, 0] : [0]) {
    const params = new Int32Array(PARAMS_WORDS);
    params[FLAGS] = flags | common | posix.IORING_SETUP_SUBMIT_ALL;
    params[CQ_ENTRIES] = options.completions;
    const fd = calls.io_uring_setup(options.entries, params);
    if (fd >= 0) return new Ring(fd, params, options.user);
    failure = -fd;
    // EINVAL: this kernel does not know one of the flags.
    if (failure !== posix.EINVAL) break;
  }
  throw explainSetupError(failure, options.user);
}

/** Returns an error that names the switch by which io_uring is off. */
function explainSetupError(errno: number, user: string): Error {
  const needs = `${user} needs io_uring(7) of Linux 5.19`;
  if (errno === posix.ENOSYS) return new Error(`${needs}, which this kernel does not have`);
  if (errno !== posix.EPERM) return new SyscallError("io_uring_setup", errno, "of a ring");
  const disabled = readDisabled();
  if (disabled > 0) {
    return new Error(
      `${needs}, and kernel.io_uring_disabled is ${disabled}: 'sysctl kernel.io_uring_disabled=0' allows it`,
    );
  }
  return new Error(
    `${needs}, and a seccomp filter forbids it, as Docker's default does: add '--security-opt seccomp=docker/seccomp-server-uring.json'`,
  );
}

function readDisabled(): number {
  try {
    return Number(readFileSync("/proc/sys/kernel/io_uring_disabled", "utf8"));
  } catch {
    // Kernels before 6.6 have no such switch.
    return 0;
  }
}

/**
 * Submission and completion ring, shared with the kernel. Ordering as io_uring(7) asks: an operation is written before
 * the tail that publishes it, a completion is read after the tail that announces it and before the head that gives its
 * place back. JavaScript's Atomics are sequentially consistent, which is stronger than the acquire and release needed. Each
 * is a call that V8 does not inline, so none is made for each operation or completion.
 *
 * Nothing allocates after the constructor. User data are two 32-bit words of the caller's choice.
 */
export class Ring {
  readonly fd: number;
  /** True when the kernel took SINGLE_ISSUER, which came with multishot receive: Linux 6.0. */
  readonly isDeferred: boolean;
  readonly #enter = new RegisteredCall("io_uring_enter");
  readonly #rings: Int32Array;
  readonly #sqes: Int32Array;
  readonly #sqHead: number;
  readonly #sqTail: number;
  readonly #sqFlags: number;
  readonly #sqMask: number;
  readonly #cqHead: number;
  readonly #cqTail: number;
  readonly #cqOverflow: number;
  readonly #cqes: number;
  readonly #cqMask: number;
  /** Tail including operations that are written but not yet published. */
  #written: number;
  /** Head after the last entry: the kernel takes operations only while it is entered. */
  #taken: number;
  /** Bounds of the batch that is being read. */
  #next = 0;
  #end = 0;

  constructor(fd: number, params: Int32Array, user: string) {
    this.fd = fd;
    this.#enter.numbers[0] = fd;
    this.#enter.numbers[3] = posix.IORING_ENTER_GETEVENTS;
    this.isDeferred = (params[FLAGS] & posix.IORING_SETUP_SINGLE_ISSUER) !== 0;
    const sqOffset = (field: number) => params[SQ_OFFSETS + field] / 4;
    const cqOffset = (field: number) => params[CQ_OFFSETS + field] / 4;
    const words = Math.max(
      sqOffset(SQ_ARRAY) + params[SQ_ENTRIES],
      cqOffset(CQ_CQES) + params[CQ_ENTRIES] * CQE_WORDS,
    );
    if (
      (params[FEATURES] & posix.IORING_FEAT_SINGLE_MMAP) === 0 ||
      (params[FEATURES] & posix.IORING_FEAT_EXT_ARG) === 0
    ) {
      posix.close(fd);
      throw new Error(`${user} needs io_uring(7) of Linux 5.19, this kernel is older`);
    }
    this.#rings = new Int32Array(mapPages(words * 4, fd, posix.IORING_OFF_SQ_RING));
    this.#sqes = new Int32Array(mapPages(params[SQ_ENTRIES] * SQE_WORDS * 4, fd, posix.IORING_OFF_SQES));
    this.#sqHead = sqOffset(HEAD);
    this.#sqTail = sqOffset(TAIL);
    this.#sqFlags = sqOffset(SQ_FLAGS);
    this.#sqMask = this.#rings[sqOffset(MASK)];
    this.#cqHead = cqOffset(HEAD);
    this.#cqTail = cqOffset(TAIL);
    this.#cqOverflow = cqOffset(CQ_OVERFLOW);
    this.#cqes = cqOffset(CQ_CQES);
    this.#cqMask = this.#rings[cqOffset(MASK)];
    this.#written = this.#rings[this.#sqTail];
    this.#taken = this.#rings[this.#sqHead];
    // The kernel finds operation i through entry i of an array, which therefore never changes.
    const array = sqOffset(SQ_ARRAY);
    for (let at = 0; at < params[SQ_ENTRIES]; at++) this.#rings[array + at] = at;
  }

  /** Number of operations that can be written now. */
  get space(): number {
    return this.#sqMask + 1 - ((this.#written - this.#taken) | 0);
  }

  /** True while the kernel holds completions back: the next `enter` delivers them. */
  get hasMore(): boolean {
    const held = posix.IORING_SQ_CQ_OVERFLOW | posix.IORING_SQ_TASKRUN;
    return (Atomics.load(this.#rings, this.#sqFlags) & held) !== 0;
  }

  /** True when the kernel has taken every written operation, and every completion so far is in the ring. */
  get isSettled(): boolean {
    if (this.#written !== this.#taken) return false;
    return (Atomics.load(this.#rings, this.#sqFlags) & posix.IORING_SQ_CQ_OVERFLOW) === 0;
  }

  /** Completions that were lost because the kernel had no memory to keep them aside. */
  get lost(): number {
    return Atomics.load(this.#rings, this.#cqOverflow);
  }

  /** Writes a multishot accept(2): a completion with a descriptor for each connection. Blocking descriptors, because io_uring returns EAGAIN for others instead of waiting. */
  accept(fd: number, low: number, high: number): void {
    const at = this.#write(posix.IORING_OP_ACCEPT, fd, low, high);
    this.#sqes[at] |= posix.IORING_ACCEPT_MULTISHOT << 16;
    this.#sqes[at + 7] = posix.SOCK_CLOEXEC;
  }

  /** Writes a receive into a buffer of the group that the kernel picks. Multishot: a completion each time data arrive. */
  receive(fd: number, group: number, isMultishot: boolean, low: number, high: number): void {
    const at = this.#write(posix.IORING_OP_RECV, fd, low, high);
    this.#sqes[at] |=
      (posix.IOSQE_BUFFER_SELECT << 8) | ((isMultishot ? posix.IORING_RECV_MULTISHOT : 0) << 16);
    this.#sqes[at + 10] = group;
  }

  /** Writes a send(2). The memory must not change before its completion. */
  send(fd: number, address: number, length: number, flags: number, low: number, high: number): void {
    const at = this.#write(posix.IORING_OP_SEND, fd, low, high);
    this.#sqes[at + 4] = lowWord(address);
    this.#sqes[at + 5] = highWord(address);
    this.#sqes[at + 6] = length;
    this.#sqes[at + 7] = flags | posix.MSG_NOSIGNAL;
  }

  /** Writes a send(2) of all bytes that completes only when it fails, or sends less. */
  sendQuietly(fd: number, address: number, length: number, flags: number, low: number, high: number): void {
    const at = (this.#written & this.#sqMask) * SQE_WORDS;
    this.send(fd, address, length, flags | posix.MSG_WAITALL, low, high);
    this.#sqes[at] |= posix.IOSQE_CQE_SKIP_SUCCESS << 8;
  }

  /** Writes a connect(2). The address may change after the next `enter`. */
  connect(fd: number, address: number, length: number, low: number, high: number): void {
    const at = this.#write(posix.IORING_OP_CONNECT, fd, low, high);
    this.#sqes[at + 2] = length;
    this.#sqes[at + 4] = lowWord(address);
    this.#sqes[at + 5] = highWord(address);
  }

  /** Writes a wait for a descriptor to become readable: one completion. */
  poll(fd: number, low: number, high: number): void {
    const at = this.#write(posix.IORING_OP_POLL_ADD, fd, low, high);
    this.#sqes[at + 7] = posix.POLLIN;
  }

  /** Writes the cancellation of the operation with these user data. Both operations complete. */
  cancel(targetLow: number, targetHigh: number, low: number, high: number): void {
    const at = this.#write(posix.IORING_OP_ASYNC_CANCEL, -1, low, high);
    this.#sqes[at + 4] = targetLow;
    this.#sqes[at + 5] = targetHigh;
  }

  /**
   * Publishes the written operations, enters the kernel, and waits for `completions` at most `timeoutMs`, which may
   * have a fraction; -1 waits without limit.
   *
   * @returns the number of operations that the kernel took, or a negative error number
   */
  enter(completions: number, timeoutMs: number): number {
    Atomics.store(this.#rings, this.#sqTail, this.#written);
    const call = this.#enter;
    call.numbers[1] = (this.#written - this.#taken) | 0;
    call.numbers[2] = completions;
    call.numbers[4] = timeoutMs < 0 ? -1 : timeoutMs * 1e6;
    call.make();
    this.#taken = Atomics.load(this.#rings, this.#sqHead);
    return call.result;
  }

  /** Begins a batch: the completions that are there now. Returns their number. */
  begin(): number {
    this.#next = this.#rings[this.#cqHead];
    this.#end = Atomics.load(this.#rings, this.#cqTail);
    return (this.#end - this.#next) | 0;
  }

  /** Returns the index of the batch's next completion, or -1 after the last. */
  next(): number {
    if (this.#next === this.#end) return -1;
    const at = this.#cqes + (this.#next & this.#cqMask) * CQE_WORDS;
    this.#next = (this.#next + 1) | 0;
    return at;
  }

  /** Reads the batch again from its first completion. */
  rewind(): void {
    this.#next = this.#rings[this.#cqHead];
  }

  /** Ends a batch: the kernel may use the places of the completions that were read. */
  end(): void {
    Atomics.store(this.#rings, this.#cqHead, this.#next);
  }

  low(completion: number): number {
    return this.#rings[completion];
  }

  high(completion: number): number {
    return this.#rings[completion + 1];
  }

  /** Result of the operation: what its system call would return, or a negative error number. */
  result(completion: number): number {
    return this.#rings[completion + CQE_RESULT];
  }

  flags(completion: number): number {
    return this.#rings[completion + CQE_FLAGS];
  }

  /** Closes the ring. The kernel cancels what is in flight. */
  close(): void {
    posix.close(this.fd);
  }

  /** Clears the next operation and sets what all have. The caller has checked `space`. */
  #write(opcode: number, fd: number, low: number, high: number): number {
    const sqes = this.#sqes;
    const at = (this.#written & this.#sqMask) * SQE_WORDS;
    this.#written = (this.#written + 1) | 0;
    for (let word = 2; word < SQE_WORDS; word++) sqes[at + word] = 0;
    sqes[at] = opcode;
    sqes[at + 1] = fd;
    sqes[at + 8] = low;
    sqes[at + 9] = high;
    return at;
  }
}
