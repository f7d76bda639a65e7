import { posix } from "@c10k-lab/posix";
import { MessageCalls } from "@c10k-lab/posix/loop";
import { BUFFER_BYTES } from "../limits.ts";
import type { SocketIo } from "./echo-connections.ts";

/** System calls of a loop's connections. Those on `scratch`, which are all but the rare pending echoes, use registered memory. */
export class EchoSockets implements SocketIo {
  readonly scratch = Buffer.alloc(BUFFER_BYTES);
  readonly shutdown = posix.shutdown;
  readonly #calls = new MessageCalls(this.scratch, this.scratch);

  recv(fd: number, into: Uint8Array, offset: number, length: number): number {
    return into === this.scratch
      ? this.#calls.recv(fd, offset, length)
      : posix.recv(fd, into, offset, length);
  }

  send(fd: number, bytes: Uint8Array, offset: number, length: number): number {
    return bytes === this.scratch
      ? this.#calls.send(fd, offset, length)
      : posix.send(fd, bytes, offset, length);
  }
}
