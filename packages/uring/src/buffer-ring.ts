import { check, posix } from "@c10k-lab/posix";
import { highWord, lowWord, mapPages } from "./memory.ts";
import type { Ring } from "./ring.ts";

/** Layout of struct io_uring_buf: address, length, number. The tail lies in the unused half word of the first one. */
const ENTRY_WORDS = 4;
const TAIL_HALF_WORD = 7;

/**
 * Ring of receive buffers from which the kernel picks one when data arrive, so a silent connection holds none.
 *
 * Ownership: a buffer belongs to the kernel from `recycle` until a completion names it, and to the caller from then until
 * `recycle`. A caller that sends from a buffer recycles it after the send's completion, never before. The kernel
 * sees recycled buffers after `publish`.
 */
export class BufferRing {
  readonly group: number;
  /** Memory of all buffers; buffer `id` begins at `id * bufferBytes`. */
  readonly bytes: Buffer;
  readonly bufferBytes: number;
  /** One array for each buffer. */
  readonly #views: Buffer[] = [];
  readonly #entries: Int32Array;
  readonly #halfWords: Uint16Array;
  readonly #mask: number;
  readonly #address: number;
  #tail = 0;
  #published = 0;

  /**
   * @param count number of buffers: a power of two, at most 32,768
   * @throws SyscallError of mmap(2) or io_uring_register(2)
   */
  constructor(ring: Ring, group: number, count: number, bufferBytes: number) {
    this.group = group;
    this.bufferBytes = bufferBytes;
    this.bytes = Buffer.from(mapPages(count * bufferBytes));
    this.#address = posix.address_of(this.bytes);
    this.#entries = new Int32Array(mapPages(count * ENTRY_WORDS * 4));
    this.#halfWords = new Uint16Array(this.#entries.buffer);
    this.#mask = count - 1;
    const address = posix.address_of(this.#entries);
    const registration = new Int32Array(10);
    registration.set([lowWord(address), highWord(address), count, group]);
    const registered = posix.io_uring_register(ring.fd, posix.IORING_REGISTER_PBUF_RING, registration, 1);
    check(registered, "io_uring_register", "of receive buffers, which Linux has since 5.19");
    for (let id = 0; id < count; id++) {
      this.#views.push(this.bytes.subarray(id * bufferBytes, (id + 1) * bufferBytes));
      this.recycle(id);
    }
    this.publish();
  }

  /** Returns the memory of a buffer. */
  view(id: number): Buffer {
    return this.#views[id] as Buffer;
  }

  /** Returns the address of a buffer's byte. */
  address(id: number, offset: number): number {
    return this.#address + id * this.bufferBytes + offset;
  }

  /** Writes a buffer into the ring. */
  recycle(id: number): void {
    const at = (this.#tail & this.#mask) * ENTRY_WORDS;
    const address = this.address(id, 0);
    this.#entries[at] = lowWord(address);
    this.#entries[at + 1] = highWord(address);
    this.#entries[at + 2] = this.bufferBytes;
    // Not the whole word: its other half is the tail in the first entry.
    this.#halfWords[at * 2 + 6] = id;
    this.#tail = (this.#tail + 1) & 0xffff;
  }

  /** Shows the recycled buffers to the kernel. Once before each entry is enough. */
  publish(): void {
    if (this.#tail === this.#published) return;
    this.#published = this.#tail;
    Atomics.store(this.#halfWords, TAIL_HALF_WORD, this.#tail);
  }
}
