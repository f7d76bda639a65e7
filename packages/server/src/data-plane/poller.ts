/** What a connection waits for. */
export const READABLE = 1;
export const WRITABLE = 2;
/**
 * Comes with an event that more than data is behind: FIN, reset, an urgent byte. A short read is then no proof that the
 * socket is drained, see epoll(7) and EchoConnection.
 */
export const READ_TO_THE_END = 4;

/**
 * One way to wait for many descriptors: select(2) or epoll(7). The two implementations have the same members in the same
 * order; `diff` them.
 *
 * Operations return 0 or a negative error number. `generation` tells the uses of a descriptor number apart: what was
 * given to `add` comes back with each event, so an event for an earlier connection of the same number is recognised.
 */
export interface Poller {
  readonly name: string;
  /** Descriptor *numbers* below this one can be added. */
  readonly capacity: number;
  /** "edge": readiness is told once, when it begins, so a socket must be read until it has no more. */
  readonly trigger: "level" | "edge";

  /** The ready descriptors of the last wait: entry i of each array, for i below what `wait` returned. */
  readonly fds: Int32Array;
  readonly generations: Int32Array;
  /** READABLE, WRITABLE and READ_TO_THE_END, or-ed. */
  readonly events: Uint8Array;

  // What it has cost since the start, for the books:
  /** epoll_ctl(2) calls. */
  readonly controlCalls: number;
  /** Descriptor numbers the kernel went through because it was asked of a range: the sum of select(2)'s nfds. */
  readonly descriptorsScanned: number;
  /** Words of bitmap searched for the answer afterwards. */
  readonly wordsScanned: number;

  /** @param interest READABLE or WRITABLE */
  add(fd: number, generation: number, interest: number): number;
  modify(fd: number, generation: number, interest: number): number;
  remove(fd: number): number;
  /** Sleeps until something is ready; `timeoutMs` -1 is for ever. Returns how many are. */
  wait(timeoutMs: number): number;
  close(): void;
}
