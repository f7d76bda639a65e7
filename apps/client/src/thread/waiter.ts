import { monotonicUs } from "@c10k-lab/posix";
import type { ClientOptions } from "../contract.ts";
import type { LoadEvents } from "../io/load-io.ts";
import { POLL_MOST_US } from "../measure/limits.ts";
import { COUNT, type LoopEvidence } from "../measure/loop-evidence.ts";

/** Waits for events of one loop until a moment, in the way that was asked for. Allocates nothing. */
export class Waiter {
  readonly #events: LoadEvents;
  readonly #counts: Float64Array;
  readonly #isSpinning: boolean;
  readonly #isTimed: boolean;

  /**
   * @param evidence time spent without finding an event is added to it
   * @param isTimed waits need a finer time-out than a millisecond
   */
  constructor(events: LoadEvents, evidence: LoopEvidence, wait: ClientOptions["wait"], isTimed: boolean) {
    this.#events = events;
    this.#counts = evidence.counts;
    this.#isSpinning = wait === "spin";
    this.#isTimed = isTimed;
  }

  /** Waits for `timeoutUs` at most. @returns the number of events, or a negative error number */
  wait(nowUs: number, timeoutUs: number): number {
    if (this.#isSpinning) return this.#spin(nowUs, timeoutUs);
    return this.#isTimed ? this.#events.waitUs(timeoutUs) : this.#events.wait(Math.ceil(timeoutUs / 1000));
  }

  #spin(nowUs: number, timeoutUs: number): number {
    let beforeUs = nowUs;
    for (;;) {
      const ready = this.#events.wait(0);
      if (ready !== 0) return ready;
      const afterUs = monotonicUs();
      // A longer poll was not the loop's: another program had the processor.
      this.#counts[COUNT.spunUs] += Math.min(afterUs - beforeUs, POLL_MOST_US);
      if (afterUs >= nowUs + timeoutUs) return 0;
      beforeUs = afterUs;
    }
  }
}
