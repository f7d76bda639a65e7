import { posix } from "@c10k-lab/posix";
import { MessageCalls } from "@c10k-lab/posix/loop";
import { SCRATCH_BYTES } from "../measure/limits.ts";
import type { SocketIo } from "./load-io.ts";

/** System calls of a load on epoll(7). Messages are sent from the memory of `allocate` and received in `scratch` alone. */
export class EpollSockets implements SocketIo {
  readonly scratch = Buffer.alloc(SCRATCH_BYTES);
  readonly socket = posix.socket;
  readonly setsockopt = posix.setsockopt;
  readonly bind = posix.bind;
  readonly connect = posix.connect;
  readonly getsockopt = posix.getsockopt;
  readonly getsockname = posix.getsockname;
  readonly getpeername = posix.getpeername;
  readonly close = posix.close;
  #pool: Buffer | null = null;
  #calls: MessageCalls | null = null;

  /** Returns memory from which `send` takes bytes. Only the memory returned last is taken. */
  allocate(length: number): Buffer {
    this.#pool = Buffer.alloc(length);
    this.#calls = new MessageCalls(this.#pool, this.scratch);
    return this.#pool;
  }

  send(fd: number, bytes: Uint8Array, offset: number, length: number): number {
    const calls = this.#calls;
    return calls === null || bytes !== this.#pool ? -posix.EFAULT : calls.send(fd, offset, length);
  }

  recv(fd: number, into: Uint8Array, offset: number, length: number): number {
    const calls = this.#calls;
    return calls === null || into !== this.scratch ? -posix.EFAULT : calls.recv(fd, offset, length);
  }
}
