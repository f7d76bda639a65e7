import { posix, RegisteredCall } from "@c10k-lab/posix";
import { type Poller, READ_TO_THE_END, READABLE, WRITABLE } from "@c10k-lab/server/data-plane";

/** Layout of a struct pollfd: a descriptor of 32 bits, then the requested and the returned events of 16 bits each. */
const INTS = 2;
const SHORTS = 4;
const REQUESTED = 2;
const RETURNED = 3;

/** Entry of a descriptor that is not watched. */
const NONE = -1;

/** Entries that the scan examines by one comparison while none of them is ready. */
const GROUP = 4;

/**
 * Poller on poll(2). Difficulties of this API:
 * - A list of entries replaces the bitmap, so a descriptor's number does not matter and there is no wall at 1,024.
 * - The results must still be searched: the kernel examines every entry of the list, ready or not, and copies it in and
 *   out. This cost grows with idle connections, like that of select(2); an entry takes 64 bits instead of three.
 * - Requested and returned events are separate fields, so a wait needs no copy of the list.
 * - Entries must be contiguous, so the last entry fills the gap of a removed one. An index per number finds an entry.
 * - poll(2) knows no generation, so the poller keeps one per number.
 * - POLLHUP, POLLERR and POLLNVAL are reported without being requested.
 */
export class PollPoller implements Poller {
  readonly name = "poll";
  readonly capacity: number;
  readonly trigger = "level";
  readonly fds: Int32Array;
  readonly generations: Int32Array;
  readonly events: Uint8Array;
  readonly controlCalls = 0;
  descriptorsScanned = 0;
  wordsScanned = 0;
  /** List passed to poll(2), as descriptors and as events. */
  readonly #entries: Int32Array;
  readonly #entryEvents: Int16Array;
  /** Index of a descriptor's entry, or NONE. */
  readonly #entryOf: Int32Array;
  readonly #poll: RegisteredCall;
  readonly #generationOf: Int32Array;
  #count = 0;

  /** @param capacity bound of the descriptor numbers it can watch */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.fds = new Int32Array(capacity);
    this.generations = new Int32Array(capacity);
    this.events = new Uint8Array(capacity);
    this.#entries = new Int32Array(Math.ceil(capacity / GROUP) * GROUP * INTS);
    this.#entryEvents = new Int16Array(this.#entries.buffer);
    this.#poll = new RegisteredCall("poll", this.#entries);
    this.#entryOf = new Int32Array(capacity).fill(NONE);
    this.#generationOf = new Int32Array(capacity);
  }

  add(fd: number, generation: number, interest: number): number {
    if (fd >= this.capacity) return -posix.EINVAL;
    if (this.#entryOf[fd] === NONE) this.#place(fd, this.#count++);
    return this.modify(fd, generation, interest);
  }

  modify(fd: number, generation: number, interest: number): number {
    this.#generationOf[fd] = generation;
    const requested = interest === WRITABLE ? posix.POLLOUT : posix.POLLIN | posix.POLLPRI;
    this.#entryEvents[this.#entryOf[fd] * SHORTS + REQUESTED] = requested;
    return 0;
  }

  remove(fd: number): number {
    const entry = this.#entryOf[fd];
    if (entry === NONE) return 0;
    const last = --this.#count;
    const moved = this.#entries[last * INTS];
    this.#place(moved, entry);
    this.#entryEvents[entry * SHORTS + REQUESTED] = this.#entryEvents[last * SHORTS + REQUESTED];
    this.#entryOf[fd] = NONE;
    return 0;
  }

  wait(timeoutMs: number): number {
    this.descriptorsScanned += this.#count;
    const call = this.#poll;
    call.numbers[1] = this.#count;
    call.numbers[2] = timeoutMs;
    call.make();
    const found = call.result;
    return found > 0 ? this.#scan(found) : found;
  }

  close(): void {}

  /** Lists the entries with returned events, until as many are found as poll(2) counted. */
  #scan(found: number): number {
    let ready = 0;
    let entry = 0;
    while (ready < found) {
      if (this.#isGroupSilent(entry)) entry += GROUP;
      else {
        for (const end = entry + GROUP; entry < end && ready < found; entry++)
          ready += this.#list(entry, ready);
      }
    }
    this.wordsScanned += entry * INTS;
    return ready;
  }

  /** Returns whether no entry of the group that begins at `entry` has returned events. */
  #isGroupSilent(entry: number): boolean {
    const events = this.#entryEvents;
    const at = entry * SHORTS + RETURNED;
    return (events[at] | events[at + SHORTS] | events[at + 2 * SHORTS] | events[at + 3 * SHORTS]) === 0;
  }

  /** Makes an entry the ready descriptor number `ready` if it has returned events. @returns 1 if so, 0 if not */
  #list(entry: number, ready: number): number {
    const returned = this.#entryEvents[entry * SHORTS + RETURNED];
    if (returned === 0) return 0;
    const fd = this.#entries[entry * INTS];
    this.fds[ready] = fd;
    this.generations[ready] = this.#generationOf[fd];
    this.events[ready] =
      ((returned & posix.POLLIN) !== 0 ? READABLE : 0) |
      ((returned & posix.POLLOUT) !== 0 ? WRITABLE : 0) |
      ((returned & ~(posix.POLLIN | posix.POLLOUT)) !== 0 ? READ_TO_THE_END : 0);
    return 1;
  }

  #place(fd: number, entry: number): void {
    this.#entries[entry * INTS] = fd;
    this.#entryOf[fd] = entry;
  }
}
