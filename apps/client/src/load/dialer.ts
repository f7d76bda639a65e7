import { addressFamily, posix, SOCKADDR_BYTES } from "@c10k-lab/posix";
import type { SocketIo } from "../io/load-io.ts";
import { OUTCOME, outcomeOfErrno } from "../measure/outcome.ts";
import type { SourceRange } from "../source-range.ts";
import { Sources } from "../workload/sources.ts";

const SOCKET_TYPE = posix.SOCK_STREAM | posix.SOCK_NONBLOCK | posix.SOCK_CLOEXEC;
const ONE = Int32Array.of(1);

/** Opens sockets that connect to the server, from the source addresses in turn. */
export class Dialer {
  /** Local address of the socket that `finish` was called for last. */
  readonly local = new Uint8Array(SOCKADDR_BYTES);
  readonly #io: SocketIo;
  readonly #target: Uint8Array;
  readonly #sources: Sources | null;
  /** Source addresses that had no port left, for each connection that met such ones. */
  readonly #exhausted = new Map<number, number>();
  readonly #peer = new Uint8Array(SOCKADDR_BYTES);
  readonly #error = new Int32Array(1);

  /**
   * @param target address of the server
   * @param source local addresses to connect from; null: the kernel picks one
   */
  constructor(io: SocketIo, target: Uint8Array, source: SourceRange | null) {
    this.#io = io;
    this.#target = target;
    this.#sources = source === null ? null : new Sources(source);
  }

  /**
   * Begins connect(2) on a new socket; tries one source address after the other while their ports are taken.
   *
   * @returns the descriptor, or the outcome as a negative number; no socket is open then
   */
  dial(connection: number): number {
    for (;;) {
      const fd = this.#dialFrom(this.#sources?.take(connection, this.#exhausted.get(connection) ?? 0));
      if (fd !== -OUTCOME["no-ports"] || !this.skipSource(connection)) return fd;
    }
  }

  /** Leaves out the source address that was tried last. @returns false when no other is left */
  skipSource(connection: number): boolean {
    const exhausted = (this.#exhausted.get(connection) ?? 0) + 1;
    if (exhausted >= (this.#sources?.tries ?? 1)) return false;
    this.#exhausted.set(connection, exhausted);
    return true;
  }

  /**
   * Reads the result of connect(2) and the local address. Without a server the kernel may pick the server's port as the
   * local one and connect the socket to itself, which would echo everything.
   *
   * @returns an index into OUTCOMES
   */
  finish(fd: number): number {
    const io = this.#io;
    const failed = io.getsockopt(fd, posix.SOL_SOCKET, posix.SO_ERROR, this.#error);
    if (failed < 0 || this.#error[0] !== 0) return outcomeOfErrno(failed < 0 ? -failed : this.#error[0]);
    io.getsockname(fd, this.local);
    io.getpeername(fd, this.#peer);
    const isItself = this.local.every((byte, at) => byte === this.#peer[at]);
    return isItself ? OUTCOME["self-connect"] : OUTCOME.ok;
  }

  #dialFrom(source: Uint8Array | undefined): number {
    const fd = this.#io.socket(addressFamily(this.#target), SOCKET_TYPE, 0);
    if (fd < 0) return -outcomeOfErrno(-fd);
    const result = this.#connect(fd, source);
    if (result === 0 || result === -posix.EINPROGRESS) return fd;
    // A socket keeps the address it was bound to, so the next attempt needs a new one.
    this.#io.close(fd);
    return -outcomeOfErrno(-result);
  }

  #connect(fd: number, source: Uint8Array | undefined): number {
    const io = this.#io;
    io.setsockopt(fd, posix.IPPROTO_TCP, posix.TCP_NODELAY, ONE);
    if (source !== undefined) {
      // connect(2) picks the port: it knows the destination and may share a port with another destination, ip(7).
      io.setsockopt(fd, posix.IPPROTO_IP, posix.IP_BIND_ADDRESS_NO_PORT, ONE);
      const failed = io.bind(fd, source);
      if (failed < 0) return failed;
    }
    return io.connect(fd, this.#target);
  }
}
