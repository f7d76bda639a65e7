import { fileDescriptorLimit, posix, SyscallError } from "@c10k-lab/posix";
import { BufferRing, mapPages, type Ring } from "@c10k-lab/uring";
import { type LoadEvents, ORDER, type SocketIo, STOP, type WakeFds } from "./load-io.ts";
import { RING_ENTRIES } from "./ring-of-client.ts";
import { NO_BUFFER, UringEvents } from "./uring-events.ts";
import {
  CLOSING,
  CONNECTING,
  IN_FLIGHT,
  RECEIVING,
  SENDING,
  SENDING_QUIETLY,
  UringSockets,
  WANTS_ROOM,
} from "./uring-sockets.ts";

/** Operations, in the high word of user data. The low word is the descriptor. */
const RECEIVE = 0;
const SEND = 1;
const CONNECT = 2;
const WAKE = 3;
const CANCEL = 4;

const GROUP = 0;
/** Receive buffers that all connections share: as many as a wait returns events. */
const BUFFERS = 1024;
const BUFFER_BYTES = 4096;
/** Most bytes in flight of one send: a longer message is sent in parts, each after the completion of the one before. */
const SEND_BYTES = 256 * 1024;
/** Space for a struct sockaddr of either family. */
const ADDRESS_BYTES = 32;
/** Up to here a loop is faster than the call into memmove. */
const LOOP_BYTES = 64;
/** Since Linux 6.13 one entry into the kernel runs 20 deferred completions, and leaves the others for the next. */
const FULL_WAIT = 20;
/** Time in which operations on closed sockets end. */
const END_MS = 1000;
/** Bound of a descriptor: what Linux gives a process unless fs.nr_open was raised. */
const MOST_DESCRIPTORS = 1_048_576;

/**
 * Sockets of a load on io_uring(7), behind the calls of SocketIo: connects, sends and receives are operations that one
 * io_uring_enter(2) submits together, and their completions are events.
 *
 * - connect(2) returns EINPROGRESS; its completion is an event, and SO_ERROR its result.
 * - send(2) hands the bytes to the kernel, and returns their number. The rest of a message has no completion, unless it
 *   fails: its echo shows that it was sent. A part of a longer message has one, until which a further send returns EAGAIN,
 *   and which is then an event. An error is what recv(2) returns next.
 * - recv(2) returns what the event that was taken last has received, once, then EAGAIN.
 * - close(2) cancels what is in flight, and closes the descriptor after the last completion.
 *
 * Ownership: bytes to send lie in the memory of `allocate`, which never changes while the load runs. A receive buffer is
 * the kernel's again from the next wait on; `recv` copies.
 */
export class UringIo implements SocketIo, LoadEvents {
  readonly fullWait = FULL_WAIT;
  /** A message has one completion, a part of a long one another. */
  readonly perSocket = 2;
  readonly #ring: Ring;
  readonly #wakeFds: WakeFds;
  readonly #buffers: BufferRing;
  readonly #events = new UringEvents();
  readonly #sockets = new UringSockets(Math.min(fileDescriptorLimit(), MOST_DESCRIPTORS));
  readonly #addresses = Buffer.from(mapPages(RING_ENTRIES * ADDRESS_BYTES));
  readonly #firstAddress = posix.address_of(this.#addresses);
  #connects = 0;
  #pool: Uint8Array | null = null;
  #poolAddress = 0;
  /** Event of which `recv` returns the bytes, and its connection's descriptor. */
  #taken = -1;
  #isWatchingStop = false;
  #isWatchingOrder = false;
  #closing = 0;

  constructor(ring: Ring, wakeFds: WakeFds) {
    this.#ring = ring;
    this.#wakeFds = wakeFds;
    this.#buffers = new BufferRing(ring, GROUP, BUFFERS, BUFFER_BYTES);
  }

  /** Returns memory from which `send` takes bytes. Only the memory returned last is taken. */
  allocate(length: number): Buffer {
    const pool = Buffer.from(mapPages(length));
    this.#pool = pool;
    this.#poolAddress = posix.address_of(pool);
    return pool;
  }

  /** Waits for the end of what is in flight on closed sockets, and closes the ring. */
  end(): void {
    for (let waits = 0; this.#closing > 0 && waits < END_MS; waits++) this.wait(1);
    this.#ring.close();
  }

  // Sockets.

  /** Opens a socket that blocks: io_uring returns EAGAIN for others instead of waiting. */
  socket(domain: number, type: number, protocol: number): number {
    const fd = posix.socket(domain, type & ~posix.SOCK_NONBLOCK, protocol);
    if (fd < 0) return fd;
    if (fd >= this.#sockets.capacity) {
      posix.close(fd);
      return -posix.EMFILE;
    }
    this.#sockets.open(fd);
    return fd;
  }

  setsockopt(fd: number, level: number, name: number, value: Uint8Array | Int32Array): number {
    return posix.setsockopt(fd, level, name, value);
  }

  bind(fd: number, address: Uint8Array): number {
    return posix.bind(fd, address);
  }

  connect(fd: number, address: Uint8Array): number {
    if (!this.#sockets.isOpen(fd) || address.length > ADDRESS_BYTES) return -posix.EINVAL;
    this.#makeSpace();
    const at = (this.#connects++ % RING_ENTRIES) * ADDRESS_BYTES;
    this.#addresses.set(address, at);
    this.#ring.connect(fd, this.#firstAddress + at, address.length, fd, CONNECT);
    this.#sockets.set(fd, CONNECTING);
    return -posix.EINPROGRESS;
  }

  getsockopt(fd: number, level: number, name: number, value: Uint8Array | Int32Array): number {
    if (name !== posix.SO_ERROR) return posix.getsockopt(fd, level, name, value);
    value[0] = this.#sockets.isOpen(fd) ? this.#sockets.connectErrno(fd) : posix.EBADF;
    return 0;
  }

  getsockname(fd: number, address: Uint8Array): number {
    return posix.getsockname(fd, address);
  }

  getpeername(fd: number, address: Uint8Array): number {
    return posix.getpeername(fd, address);
  }

  send(fd: number, bytes: Uint8Array, offset: number, length: number): number {
    const sockets = this.#sockets;
    if (!sockets.isOpen(fd) || bytes !== this.#pool) return -posix.EFAULT;
    if (sockets.has(fd, SENDING)) {
      sockets.set(fd, WANTS_ROOM);
      return -posix.EAGAIN;
    }
    const sendBytes = Math.min(length, SEND_BYTES);
    sockets.setSend(fd, offset, sendBytes);
    if (length > SEND_BYTES) this.#send(fd);
    else this.#sendRest(fd);
    return sendBytes;
  }

  recv(_fd: number, into: Uint8Array, offset: number, _length: number): number {
    const index = this.#taken;
    if (index < 0) return -posix.EAGAIN;
    this.#taken = -1;
    const result = this.#events.results[index];
    if (result > 0) this.#copy(this.#events.buffers[index], into, offset, result);
    return result;
  }

  close(fd: number): number {
    const sockets = this.#sockets;
    if (!sockets.isOpen(fd)) return -posix.EBADF;
    sockets.set(fd, CLOSING);
    this.#closing++;
    if (sockets.has(fd, CONNECTING)) this.#cancel(fd, CONNECT);
    if (sockets.has(fd, RECEIVING)) this.#cancel(fd, RECEIVE);
    if (sockets.has(fd, SENDING | SENDING_QUIETLY)) this.#cancel(fd, SEND);
    this.#release(fd);
    return 0;
  }

  // Events.

  watch(fd: number, connection: number): number {
    if (!this.#sockets.isOpen(fd)) return -posix.EBADF;
    this.#sockets.setConnection(fd, connection);
    return 0;
  }

  wait(timeoutMs: number): number {
    return this.waitUs(timeoutMs * 1000);
  }

  waitUs(timeoutUs: number): number {
    this.#recycle();
    this.#watchWakeFds();
    const mustWait = timeoutUs > 0 && this.#ring.begin() === 0;
    this.#enter(mustWait ? 1 : 0, mustWait ? timeoutUs / 1000 : 0);
    this.#read();
    return this.#events.count;
  }

  take(index: number): number {
    this.#taken = this.#events.readable[index] === 1 ? index : -1;
    return this.#events.which[index];
  }

  isReadable(index: number): boolean {
    return this.#events.readable[index] === 1;
  }

  hasMoreThanData(index: number): boolean {
    return this.#events.readable[index] === 1 && this.#events.results[index] <= 0;
  }

  /** Gives the buffers of the last wait's events back. */
  #recycle(): void {
    const { buffers, count } = this.#events;
    for (let index = 0; index < count; index++) {
      if (buffers[index] !== NO_BUFFER) this.#buffers.recycle(buffers[index]);
    }
    this.#buffers.publish();
    this.#events.count = 0;
    this.#taken = -1;
  }

  #watchWakeFds(): void {
    const { stop, order } = this.#wakeFds;
    if (!this.#isWatchingStop) {
      this.#makeSpace();
      this.#ring.poll(stop, stop, WAKE);
      this.#isWatchingStop = true;
    }
    if (!this.#isWatchingOrder) {
      this.#makeSpace();
      this.#ring.poll(order, order, WAKE);
      this.#isWatchingOrder = true;
    }
  }

  #enter(completions: number, timeoutMs: number): void {
    const result = this.#ring.enter(completions, timeoutMs);
    if (result >= 0) return;
    switch (-result) {
      case posix.EINTR:
      case posix.ETIME:
      // No memory, or completions to read first: the operations stay in the ring.
      case posix.EAGAIN:
      case posix.EBUSY:
        return;
      default:
        throw new SyscallError("io_uring_enter", -result, "for all connections");
    }
  }

  /** Makes space for an operation. @throws SyscallError when the kernel takes none */
  #makeSpace(): void {
    if (this.#ring.space > 0) return;
    this.#enter(0, 0);
    if (this.#ring.space === 0) throw new SyscallError("io_uring_enter", posix.EBUSY, "for all connections");
  }

  /** Makes events of the completions that are there. */
  #read(): void {
    const ring = this.#ring;
    ring.begin();
    while (!this.#events.isFull) {
      const at = ring.next();
      if (at < 0) break;
      this.#note(ring.low(at), ring.high(at), ring.result(at), ring.flags(at));
    }
    ring.end();
  }

  #note(fd: number, operation: number, result: number, flags: number): void {
    const hasBuffer = (flags & posix.IORING_CQE_F_BUFFER) !== 0;
    this.#events.add(hasBuffer ? flags >>> posix.IORING_CQE_BUFFER_SHIFT : NO_BUFFER);
    if (operation === WAKE) this.#noteWake(fd);
    if (!this.#sockets.isOpen(fd)) return;
    if (operation === RECEIVE) {
      this.#noteReceived(fd, result, (flags & posix.IORING_CQE_F_MORE) !== 0);
    } else if (operation === SEND) this.#noteSent(fd, result);
    else if (operation === CONNECT) this.#noteConnected(fd, result);
  }

  #noteWake(fd: number): void {
    const isStop = fd === this.#wakeFds.stop;
    if (isStop) this.#isWatchingStop = false;
    else this.#isWatchingOrder = false;
    this.#events.concern(isStop ? STOP : ORDER);
  }

  #noteReceived(fd: number, result: number, isMore: boolean): void {
    const sockets = this.#sockets;
    if (!isMore) sockets.clear(fd, RECEIVING);
    if (sockets.has(fd, CLOSING)) {
      this.#release(fd);
      return;
    }
    const isOver = result === 0 || (result < 0 && !isPassing(-result));
    if (result > 0 || isOver) this.#events.read(sockets.connection(fd), result);
    if (!isMore && !isOver) this.#receive(fd);
  }

  #noteSent(fd: number, result: number): void {
    const sockets = this.#sockets;
    sockets.clear(fd, SENDING);
    if (sockets.has(fd, CLOSING)) {
      this.#release(fd);
      return;
    }
    if (result < 0 && !isPassing(-result)) {
      this.#events.read(sockets.connection(fd), result);
      return;
    }
    const sent = Math.max(0, result);
    sockets.setSend(fd, sockets.sendOffset(fd) + sent, sockets.sendBytes(fd) - sent);
    if (sockets.sendBytes(fd) > 0) this.#send(fd);
    else if (sockets.has(fd, WANTS_ROOM)) {
      sockets.clear(fd, WANTS_ROOM);
      this.#events.concern(sockets.connection(fd));
    }
  }

  #noteConnected(fd: number, result: number): void {
    const sockets = this.#sockets;
    sockets.clear(fd, CONNECTING);
    if (sockets.has(fd, CLOSING)) {
      this.#release(fd);
      return;
    }
    sockets.setConnectErrno(fd, -result);
    if (result === 0) this.#receive(fd);
    this.#events.concern(sockets.connection(fd));
  }

  #send(fd: number): void {
    this.#makeSpace();
    this.#ring.send(fd, this.#sendAddress(fd), this.#sockets.sendBytes(fd), 0, fd, SEND);
    this.#sockets.set(fd, SENDING);
  }

  #sendRest(fd: number): void {
    this.#makeSpace();
    this.#ring.sendQuietly(fd, this.#sendAddress(fd), this.#sockets.sendBytes(fd), 0, fd, SEND);
    this.#sockets.set(fd, SENDING_QUIETLY);
  }

  #sendAddress(fd: number): number {
    return this.#poolAddress + this.#sockets.sendOffset(fd);
  }

  /** Multishot where the kernel has it: one operation for all that a connection receives. */
  #receive(fd: number): void {
    this.#makeSpace();
    this.#ring.receive(fd, GROUP, this.#ring.isDeferred, fd, RECEIVE);
    this.#sockets.set(fd, RECEIVING);
  }

  #cancel(fd: number, operation: number): void {
    this.#makeSpace();
    this.#ring.cancel(fd, operation, fd, CANCEL);
  }

  /** Closes the descriptor of a closing socket once nothing is in flight. */
  #release(fd: number): void {
    if (this.#sockets.has(fd, IN_FLIGHT)) return;
    this.#sockets.forget(fd);
    this.#closing--;
    posix.close(fd);
  }

  #copy(buffer: number, into: Uint8Array, offset: number, length: number): void {
    const from = this.#buffers.view(buffer);
    if (length > LOOP_BYTES) {
      from.copy(into, offset, 0, length);
      return;
    }
    for (let at = 0; at < length; at++) into[offset + at] = from[at];
  }
}

/** Returns whether an operation that ended with this error is written again. */
function isPassing(errno: number): boolean {
  return (
    errno === posix.EAGAIN || errno === posix.EINTR || errno === posix.ENOBUFS || errno === posix.ECANCELED
  );
}
