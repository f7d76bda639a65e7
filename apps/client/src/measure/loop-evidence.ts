import { LatencyHistogram, usageNow } from "@c10k-lab/stats";

/** Places in `counts`. */
export const COUNT = {
  /** Returns of epoll_wait(2) or epoll_pwait2(2). */
  waits: 0,
  /** Calls of send(2) and recv(2), those that found nothing to do included. */
  sends: 1,
  receives: 2,
} as const;

/** What the loop itself did and needed: whether the client kept up, and its figures can be trusted. */
export class LoopEvidence {
  readonly counts = new Float64Array(Object.keys(COUNT).length);
  /** Microseconds from one wake-up to the next wait: what an event may have waited for those before it. */
  readonly turn = new LatencyHistogram();
  /** Microseconds a due message was late although its connection was free: the client's own fault. */
  readonly sendLag = new LatencyHistogram();
  #cpuBeforeUs = 0;
  /** CPU time of the process, user and system, while messages were exchanged. */
  cpuUs = 0;

  messagingBegins(): void {
    this.#cpuBeforeUs = cpuUs();
  }

  messagingEnds(): void {
    this.cpuUs = cpuUs() - this.#cpuBeforeUs;
  }
}

function cpuUs(): number {
  const { userUs, systemUs } = usageNow();
  return userUs + systemUs;
}
