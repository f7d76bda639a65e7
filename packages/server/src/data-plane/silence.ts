import type { ServerOptions } from "../options.ts";
import { CLOSE_CODE } from "./close-code.ts";

const GOES_ON = -1;

/** Decides which connections have been silent for too long: `--idle-timeout`, `--stall-timeout`. */
export class Silence {
  readonly #idleUs: number;
  readonly #pendingUs: number;
  #nextLookUs = 0;
  /** Connections with a pending echo. */
  #pending = 0;

  constructor({ idleTimeoutMs, stallTimeoutMs }: Pick<ServerOptions, "idleTimeoutMs" | "stallTimeoutMs">) {
    this.#idleUs = (idleTimeoutMs ?? Number.POSITIVE_INFINITY) * 1000;
    this.#pendingUs = Math.min(
      this.#idleUs,
      stallTimeoutMs > 0 ? stallTimeoutMs * 1000 : Number.POSITIVE_INFINITY,
    );
  }

  /** Notes that one more connection has, or one less has, an echo that its client does not read. */
  notePending(change: 1 | -1): void {
    this.#pending += change;
  }

  /** Some connection has a limit. Without one a turn of the loop costs no computation. */
  get isWatching(): boolean {
    const { POSITIVE_INFINITY } = Number;
    return this.#idleUs !== POSITIVE_INFINITY || (this.#pending > 0 && this.#pendingUs !== POSITIVE_INFINITY);
  }

  /** Time until the next look, ms; Infinity while no connection has a limit. */
  get intervalMs(): number {
    const limitUs = this.#pending > 0 ? this.#pendingUs : this.#idleUs;
    return limitUs === Number.POSITIVE_INFINITY
      ? limitUs
      : Math.max(10, Math.min(1000, Math.ceil(limitUs / 8000)));
  }

  /** Returns whether it is time for a look; the next one is then due an interval later. */
  isDue(nowUs: number): boolean {
    const { intervalMs } = this;
    if (intervalMs === Number.POSITIVE_INFINITY || nowUs < this.#nextLookUs) return false;
    this.#nextLookUs = nowUs + intervalMs * 1000;
    return true;
  }

  /**
   * Returns the code of the reason for closing a connection, or a negative number when it goes on.
   *
   * @param lastActiveUs the last moment at which a byte went either way, µs on CLOCK_MONOTONIC
   * @param isPending an echo waits for the client to read
   */
  judge(lastActiveUs: number, isPending: boolean, nowUs: number): number {
    if (nowUs - lastActiveUs < (isPending ? this.#pendingUs : this.#idleUs)) return GOES_ON;
    return isPending ? CLOSE_CODE.stalled : CLOSE_CODE["idle-timeout"];
  }
}
