import type { EchoStream } from "./echo-stream.ts";

/**
 * Connections that have operations to write, first come, first served. It keeps its memory: an array that is emptied by its
 * length gives its memory back, and the next turn would allocate it again.
 */
export class StreamQueue {
  length = 0;
  readonly #streams: (EchoStream | undefined)[] = [];

  add(stream: EchoStream): void {
    this.#streams[this.length++] = stream;
  }

  at(index: number): EchoStream {
    return this.#streams[index] as EchoStream;
  }

  /** Removes the first `count`; the others move up. */
  removeFirst(count: number): void {
    const streams = this.#streams;
    const left = this.length - count;
    for (let index = 0; index < left; index++) streams[index] = streams[index + count];
    for (let index = left; index < this.length; index++) streams[index] = undefined;
    this.length = left;
  }
}
