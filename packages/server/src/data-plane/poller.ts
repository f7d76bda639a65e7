/** Interest in a descriptor, and the event that ends the wait for it. */
export const READABLE = 1;
export const WRITABLE = 2;
/**
 * Added to an event that means more than pending data: FIN, reset, urgent byte. A short read then does not prove that
 * the socket is drained, see epoll(7) and EchoConnections.
 */
export const READ_TO_THE_END = 4;

/**
 * System call that waits for many descriptors, such as select(2) or epoll(7). Implementations have the same members in
 * the same order; `diff` shows what differs.
 *
 * Operations return 0 or a negative error number. Each event carries the `generation` that was given to `add`, so the
 * loop recognises an event of an earlier connection with the same descriptor number.
 */
export interface Poller {
  readonly name: string;
  /** Bound of descriptor *numbers*: `add` takes those below it. */
  readonly capacity: number;
  /** "edge": readiness is reported once, when it begins, so a socket must be read until it is drained. */
  readonly trigger: "level" | "edge";

  /** Ready descriptors of the last wait: entry i of the three arrays, for i below the result of `wait`. */
  readonly fds: Int32Array;
  readonly generations: Int32Array;
  /** READABLE, WRITABLE and READ_TO_THE_END, or-ed. */
  readonly events: Uint8Array;

  // Costs since the start, for the ledger:
  /** Calls of epoll_ctl(2). */
  readonly controlCalls: number;
  /** Descriptors that the kernel examined: the sum of nfds over all calls of select(2) or poll(2). */
  readonly descriptorsScanned: number;
  /** 32-bit words searched for the results of select(2) (bitmaps) or poll(2) (two words an entry). */
  readonly wordsScanned: number;

  /** @param interest READABLE or WRITABLE */
  add(fd: number, generation: number, interest: number): number;
  modify(fd: number, generation: number, interest: number): number;
  remove(fd: number): number;
  /** Waits until a descriptor is ready, at most `timeoutMs`; -1 waits without limit. Returns the number of ready ones. */
  wait(timeoutMs: number): number;
  close(): void;
}
