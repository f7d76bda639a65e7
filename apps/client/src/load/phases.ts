import { monotonicUs, monotonicUsOf } from "@c10k-lab/posix";
import type { LoadContext } from "../connection/load-context.ts";
import { STARTS_PER_TURN } from "../measure/limits.ts";
import type { Connector } from "./connector.ts";

/** Connections are being established. */
const GATHERING = 0;
/** Idle connections echo once, before the others begin. */
const PROVING = 1;
/** All connections are ready; the moment to begin is not there. */
const STANDING_BY = 2;
const MESSAGING = 3;
/** The work is done; idle connections echo once more. */
const PROVING_AGAIN = 4;
const DONE = 5;

/** Steps of the loop: what it starts in this turn. */
export const START_NOTHING = 0;
/** Connections that begin to connect; the Connector knows which. */
export const START_CONNECTS = 1;
/** Echoes of idle connections `from` to `to`. */
export const START_PROOFS = 2;
/** The last echoes of idle connections `from` to `to`. */
export const START_LAST_PROOFS = 3;
/** The work of active connections `from` to `to`. */
export const START_MESSAGES = 4;
/** Directed load: connections that wait for a due time are parked. */
export const PARK = 5;
/** The lab is to be told: all connections of a directed load are parked, or those of a gated one are ready. */
export const REPORT_PARKED = 6;
export type Step =
  | typeof START_NOTHING
  | typeof START_CONNECTS
  | typeof START_PROOFS
  | typeof START_LAST_PROOFS
  | typeof START_MESSAGES
  | typeof PARK
  | typeof REPORT_PARKED;

/**
 * Decides what the run does: gather all connections, prove the idle ones alive, stand by for the moment to begin,
 * exchange messages, prove the idle ones again. Without a barrier, connecting is part of exchanging messages.
 *
 * Each turn of the loop starts a bounded number of connections: their first messages, sent together, would delay their
 * own echoes.
 */
export class Phases {
  /** Connections that the last step starts: `from` and above, below `to`. */
  from = 0;
  to = 0;
  readonly #context: LoadContext;
  readonly #connector: Connector;
  /** The earliest moment for messages (µs, CLOCK_MONOTONIC); 0: none was asked for. */
  readonly #startAtUs: number;
  #phase = GATHERING;
  /** Orders to exchange that the load has followed. */
  #exchanges = 0;

  constructor(context: LoadContext, connector: Connector) {
    const { startAtMs } = context.workload;
    this.#context = context;
    this.#connector = connector;
    this.#startAtUs = startAtMs === null ? 0 : monotonicUsOf(startAtMs);
  }

  /** Microseconds until there is a step to take; Infinity when an event has to come first. */
  untilNextUs(nowUs: number): number {
    if (this.#isOver(nowUs)) return 0;
    if (this.#phase === STANDING_BY) return this.#isLed ? Number.POSITIVE_INFINITY : this.#startAtUs - nowUs;
    if (this.#isConnecting) return this.#connector.untilNextUs;
    return this.#isAllStarted || this.#phase === DONE ? Number.POSITIVE_INFINITY : 0;
  }

  /** Decides the step of this turn. */
  decide(nowUs: number): Step {
    let hasParked = false;
    while (this.#isOver(nowUs)) {
      this.#enter(this.#nextPhase());
      hasParked ||= this.#phase === STANDING_BY && this.#isLed;
    }
    if (hasParked) return REPORT_PARKED;
    if (this.#isConnecting) return START_CONNECTS;
    if (this.#isParking) return START_NOTHING;
    if (this.#isToPark) {
      this.#context.deadlineUs = nowUs;
      this.#context.graceUs = (this.#context.orders?.graceMs ?? 0) * 1000;
      return PARK;
    }
    if (this.#phase === STANDING_BY || this.#phase === DONE) return START_NOTHING;
    this.from = this.to;
    this.to = Math.min(this.#context.workload.connections, this.from + STARTS_PER_TURN);
    if (this.#phase === MESSAGING) return START_MESSAGES;
    return this.#phase === PROVING ? START_PROOFS : START_LAST_PROOFS;
  }

  /** Cuts the run short: no step follows. */
  stop(): void {
    if (this.#phase === MESSAGING) this.#endMessaging();
    this.#phase = DONE;
  }

  get #isDirected(): boolean {
    return this.#context.orders !== null;
  }

  /** The lab gives the word for the first message. */
  get #isLed(): boolean {
    return this.#isDirected || this.#context.gate !== null;
  }

  /** Messages in flight come back; none begins. */
  get #isParking(): boolean {
    return (
      this.#isDirected && this.#phase === MESSAGING && this.#context.deadlineUs < Number.POSITIVE_INFINITY
    );
  }

  /** The lab wants no more messages, and connections still begin some. */
  get #isToPark(): boolean {
    return this.#isDirected && this.#phase === MESSAGING && !this.#context.orders?.isExchanging;
  }

  /** A directed load stands by between its slices. */
  #nextPhase(): number {
    const { orders } = this.#context;
    if (orders === null) return this.#phase + 1;
    if (this.#phase === MESSAGING) return orders.isEnding ? PROVING_AGAIN : STANDING_BY;
    if (this.#phase === STANDING_BY && orders.isEnding) return PROVING_AGAIN;
    return this.#phase + 1;
  }

  get #isConnecting(): boolean {
    return this.#phase === GATHERING || (this.#phase === MESSAGING && !this.#context.workload.barrier);
  }

  get #isAllStarted(): boolean {
    return this.to === this.#context.workload.connections;
  }

  #isOver(nowUs: number): boolean {
    const { workload, proving, working, orders } = this.#context;
    const hasIdle = workload.active < workload.connections;
    switch (this.#phase) {
      case GATHERING:
        return !workload.barrier || this.#connector.isFinished;
      case PROVING:
        return !hasIdle || (this.#isAllStarted && proving === 0);
      case STANDING_BY:
        return orders === null
          ? this.#mayBegin(nowUs)
          : orders.exchanges > this.#exchanges || orders.isEnding;
      case MESSAGING:
        return working === 0 && !orders?.isExchanging;
      case PROVING_AGAIN:
        return (!hasIdle && !this.#isDirected) || (this.#isAllStarted && proving === 0);
      default:
        return false;
    }
  }

  #mayBegin(nowUs: number): boolean {
    const { gate } = this.#context;
    return gate === null ? nowUs >= this.#startAtUs : gate.isExchanging;
  }

  #enter(phase: number): void {
    if (this.#phase === MESSAGING) this.#endMessaging();
    if (phase === MESSAGING) this.#beginMessaging();
    this.#phase = phase;
    this.from = 0;
    this.to = 0;
  }

  #beginMessaging(): void {
    const context = this.#context;
    const nowUs = monotonicUs();
    context.begunUs = nowUs;
    const steadyUs = nowUs + context.workload.warmupMs * 1000;
    context.deadlineUs = steadyUs + context.workload.durationMs * 1000;
    if (context.orders === null) context.clocks.warmUpUntil(steadyUs);
    else if (context.orders.ratePerSecond > 0) context.pace?.changeRate(context.orders.ratePerSecond);
    if (this.#startAtUs > 0) context.startLagMs = (nowUs - this.#startAtUs) / 1000;
    context.evidence.startCpuTime();
  }

  #endMessaging(): void {
    this.#context.endedUs = monotonicUs();
    this.#exchanges = this.#context.orders?.exchanges ?? 0;
    this.#context.evidence.stopCpuTime();
  }
}
