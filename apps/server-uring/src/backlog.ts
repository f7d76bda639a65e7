import type { Slots } from "@c10k-lab/uring";

/**
 * Bytes of one connection that wait to be sent, in slots. The first slot may be the source of a send in flight, so it is
 * given back only by `advance` and `clear`, which follow the send's completion. `append` writes behind the bytes of
 * such a send, never into them.
 */
export class Backlog {
  bytes = 0;
  readonly #slots: Slots;
  readonly #queue: number[] = [];
  /** Start of the bytes in the first slot, and end of those in the last one. All slots between are full. */
  #from = 0;
  #to = 0;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** Address of the first bytes. */
  get address(): number {
    return this.#slots.address(this.#queue[0] as number, this.#from);
  }

  /** Number of bytes that lie together at `address`. */
  get length(): number {
    return (this.#queue.length === 1 ? this.#to : this.#slots.slotBytes) - this.#from;
  }

  /** Adds bytes at the end. */
  append(from: Buffer, start: number, end: number): void {
    const { slotBytes } = this.#slots;
    for (let at = start; at < end; ) {
      if (this.#queue.length === 0 || this.#to === slotBytes) {
        this.#queue.push(this.#slots.take());
        this.#to = 0;
      }
      const count = Math.min(end - at, slotBytes - this.#to);
      this.#slots.write(this.#queue[this.#queue.length - 1] as number, this.#to, from, at, at + count);
      this.#to += count;
      at += count;
    }
    this.bytes += end - start;
  }

  /** Adds at most one slot of bytes at the front. No byte of the backlog may have been sent. */
  prepend(from: Buffer, start: number, end: number): void {
    if (this.#queue.length === 0) {
      this.append(from, start, end);
      return;
    }
    const slot = this.#slots.take();
    this.#queue.unshift(slot);
    this.#from = this.#slots.slotBytes - (end - start);
    this.#slots.write(slot, this.#from, from, start, end);
    this.bytes += end - start;
  }

  /** Removes sent bytes from the front; at most `length`. */
  advance(sent: number): void {
    this.bytes -= sent;
    const isSlotEmpty = sent === this.length;
    this.#from += sent;
    if (!isSlotEmpty) return;
    this.#slots.give(this.#queue.shift() as number);
    this.#from = 0;
  }

  clear(): void {
    for (const slot of this.#queue.splice(0)) this.#slots.give(slot);
    this.#from = 0;
    this.bytes = 0;
  }
}
