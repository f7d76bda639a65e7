import { LatencyHistogram, usageNow } from "@c10k-lab/stats";

/** Indices of `counts`. */
export const COUNT = {
  /** Returns of epoll_wait(2) or epoll_pwait2(2). */
  waits: 0,
  /** Calls of send(2) and recv(2), including those that returned EAGAIN. */
  sends: 1,
  receives: 2,
  /** Time that a spinning loop polled without finding an event, µs. */
  spunUs: 3,
} as const;

/** Work and delays of the loop itself: they show whether the client kept up, so that its figures can be trusted. */
export class LoopEvidence {
  readonly counts = new Float64Array(Object.keys(COUNT).length);
  /** Microseconds from a wake-up to the next wait: an event may have waited this long for the events before it. */
  readonly turn = new LatencyHistogram();
  /** Microseconds by which a due message was late although its connection was free: the client's own delay. */
  readonly sendLag = new LatencyHistogram();
  #cpuBeforeUs = 0;
  /**
   * CPU time of the process, user and system, while messages were exchanged: of all slices together. Time that a
   * spinning loop waited is not work.
   */
  cpuUs = 0;

  startCpuTime(): void {
    this.#cpuBeforeUs = this.#workUs();
  }

  stopCpuTime(): void {
    this.cpuUs += Math.max(0, Math.round(this.#workUs() - this.#cpuBeforeUs));
  }

  #workUs(): number {
    const { userUs, systemUs } = usageNow();
    return userUs + systemUs - this.counts[COUNT.spunUs];
  }
}
