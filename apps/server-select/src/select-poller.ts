import { posix, RegisteredCall } from "@c10k-lab/posix";
import { type Poller, READ_TO_THE_END, READABLE, WRITABLE } from "@c10k-lab/server/data-plane";

const BITS = 32;

/**
 * Poller on select(2). Difficulties of this API:
 * - A set is a bitmap indexed by descriptor *number*, so the number must stay below the bitmap's size, not the count.
 *   The C library fixes the size at FD_SETSIZE = 1024 bits; the kernel takes any size.
 * - The kernel overwrites the sets with its results, so each wait starts from a copy.
 * - The results must be searched: kernel and poller examine every word up to the highest descriptor, ready or not. This
 *   cost grows with idle connections.
 * - select(2) knows no generation, so the poller keeps one per number.
 */
export class SelectPoller implements Poller {
  readonly name = "select";
  readonly capacity: number;
  readonly trigger = "level";
  readonly fds: Int32Array;
  readonly generations: Int32Array;
  readonly events: Uint8Array;
  readonly controlCalls = 0;
  descriptorsScanned = 0;
  wordsScanned = 0;
  /** Sets passed to select(2). */
  readonly #readable: Int32Array;
  readonly #writable: Int32Array;
  /** Copies that the kernel overwrites. */
  readonly #isReadable: Int32Array;
  readonly #isWritable: Int32Array;
  readonly #isExceptional: Int32Array;
  readonly #select: RegisteredCall;
  readonly #generationOf: Int32Array;
  #highest = -1;

  /** @param capacity bound of the descriptor numbers it can watch: FD_SETSIZE */
  constructor(capacity: number) {
    // The kernel works in whole longs.
    const words = Math.ceil(capacity / 64) * 2;
    this.capacity = capacity;
    this.fds = new Int32Array(capacity);
    this.generations = new Int32Array(capacity);
    this.events = new Uint8Array(capacity);
    this.#readable = new Int32Array(words);
    this.#writable = new Int32Array(words);
    this.#isReadable = new Int32Array(words);
    this.#isWritable = new Int32Array(words);
    this.#isExceptional = new Int32Array(words);
    this.#select = new RegisteredCall(
      "select",
      null,
      this.#isReadable,
      this.#isWritable,
      this.#isExceptional,
    );
    this.#generationOf = new Int32Array(capacity);
  }

  add(fd: number, generation: number, interest: number): number {
    if (fd >= this.capacity) return -posix.EINVAL;
    if (fd > this.#highest) this.#highest = fd;
    return this.modify(fd, generation, interest);
  }

  modify(fd: number, generation: number, interest: number): number {
    const word = fd >> 5;
    const bit = 1 << (fd & 31);
    this.#generationOf[fd] = generation;
    this.#readable[word] = interest === READABLE ? this.#readable[word] | bit : this.#readable[word] & ~bit;
    this.#writable[word] = interest === WRITABLE ? this.#writable[word] | bit : this.#writable[word] & ~bit;
    return 0;
  }

  remove(fd: number): number {
    const word = fd >> 5;
    const others = ~(1 << (fd & 31));
    this.#readable[word] &= others;
    this.#writable[word] &= others;
    while (this.#highest >= 0 && !this.#isWatched(this.#highest)) this.#highest--;
    return 0;
  }

  wait(timeoutMs: number): number {
    this.#isReadable.set(this.#readable);
    this.#isWritable.set(this.#writable);
    // An urgent byte stays exceptional until it is read, so connections that wait to write must not request it.
    this.#isExceptional.set(this.#readable);
    const descriptors = this.#highest + 1;
    this.descriptorsScanned += descriptors;
    const call = this.#select;
    call.numbers[0] = descriptors;
    call.numbers[4] = timeoutMs;
    call.make();
    const found = call.result;
    return found > 0 ? this.#scan() : found;
  }

  close(): void {}

  /** Lists the descriptors whose bits are set. A word of zeros costs one comparison. */
  #scan(): number {
    const words = Math.floor(this.#highest / BITS) + 1;
    let ready = 0;
    for (let word = 0; word < words; word++) {
      const readable = this.#isReadable[word];
      const writable = this.#isWritable[word];
      const exceptional = this.#isExceptional[word];
      for (let bits = readable | writable | exceptional; bits !== 0; bits &= bits - 1) {
        const shift = 31 - Math.clz32(bits & -bits);
        const fd = word * BITS + shift;
        this.fds[ready] = fd;
        this.generations[ready] = this.#generationOf[fd];
        this.events[ready] =
          (((readable >>> shift) & 1) * READABLE) |
          (((writable >>> shift) & 1) * WRITABLE) |
          (((exceptional >>> shift) & 1) * READ_TO_THE_END);
        ready++;
      }
    }
    this.wordsScanned += words;
    return ready;
  }

  #isWatched(fd: number): boolean {
    const watched = this.#readable[fd >> 5] | this.#writable[fd >> 5];
    return ((watched >>> (fd & 31)) & 1) === 1;
  }
}
