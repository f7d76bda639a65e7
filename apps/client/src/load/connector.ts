import { CONNECTS_IN_FLIGHT, RETRY_MS, STARTS_PER_TURN } from "../measure/limits.ts";
import { OUTCOME } from "../measure/outcome.ts";
import type { Workload } from "../workload/workload.ts";

/**
 * Decides when connections begin to connect: at the rate asked for, and never more at one time than the accept queue of a
 * server can be expected to hold.
 */
export class Connector {
  readonly #workload: Workload;
  #startedUs = 0;
  #launched = 0;
  /** Launched connections that are neither established nor failed. */
  #connecting = 0;

  constructor(workload: Workload) {
    this.#workload = workload;
  }

  /** Returns true when every connection is established or has failed. */
  get isFinished(): boolean {
    return this.#launched === this.#workload.connections && this.#connecting === 0;
  }

  /** The number of connections launched: those with a smaller index. */
  get launched(): number {
    return this.#launched;
  }

  /** Microseconds until the next connection may be launched; Infinity when another one has to end or connect first. */
  get untilNextUs(): number {
    const { connections, connectRate } = this.#workload;
    if (this.#launched === connections || this.#connecting >= CONNECTS_IN_FLIGHT) {
      return Number.POSITIVE_INFINITY;
    }
    return 1e6 / connectRate;
  }

  /** Launches the connections that are due. @returns how many: they follow those launched before */
  launch(nowUs: number): number {
    const { connections, connectRate } = this.#workload;
    if (this.#startedUs === 0) this.#startedUs = nowUs;
    const elapsedS = (nowUs - this.#startedUs) / 1e6;
    const due =
      connectRate === Number.POSITIVE_INFINITY ? connections : Math.ceil(elapsedS * connectRate + 1);
    const room = Math.min(STARTS_PER_TURN, CONNECTS_IN_FLIGHT - this.#connecting);
    const count = Math.max(0, Math.min(connections, due, this.#launched + room) - this.#launched);
    this.#launched += count;
    this.#connecting += count;
    return count;
  }

  /** Notes that a launched connection is established, or has ended before it was. */
  settle(): void {
    this.#connecting--;
  }

  /** Decides whether a failed connect is tried again. @returns when (µs, CLOCK_MONOTONIC); Infinity: never */
  retryUs(outcome: number, nowUs: number): number {
    const isAbsent = outcome === OUTCOME.refused || outcome === OUTCOME["self-connect"];
    const isPatient = nowUs < this.#startedUs + this.#workload.waitForServerMs * 1000;
    return isAbsent && isPatient ? nowUs + RETRY_MS * 1000 : Number.POSITIVE_INFINITY;
  }
}
