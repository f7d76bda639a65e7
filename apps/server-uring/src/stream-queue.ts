/**
 * Descriptors of connections that have operations to write, first come, first served. It keeps its memory: an array that is emptied by its
 * length gives its memory back, and the next turn would allocate it again.
 */
export class StreamQueue {
  length = 0;
  readonly #streams: number[] = [];

  add(stream: number): void {
    this.#streams[this.length++] = stream;
  }

  at(index: number): number {
    return this.#streams[index] as number;
  }

  /** Removes the first `count`; the others move up. */
  removeFirst(count: number): void {
    const streams = this.#streams;
    const left = this.length - count;
    for (let index = 0; index < left; index++) streams[index] = streams[index + count] as number;
    this.length = left;
  }
}
