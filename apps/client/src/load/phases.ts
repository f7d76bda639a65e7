import { monotonicUs, monotonicUsOf } from "@c10k-lab/posix";
import { STARTS_PER_TURN } from "../measure/limits.ts";
import { type Need, READY } from "./connection-states.ts";
import type { Connector } from "./connector.ts";
import type { LoadConnection } from "./load-connection.ts";
import type { LoadContext } from "./load-context.ts";

/** Connections are being established. */
const GATHERING = 0;
/** Idle connections echo once, before the others begin. */
const PROVING = 1;
/** All are there; the moment to begin is not. */
const STANDING_BY = 2;
const MESSAGING = 3;
/** The work is done; idle connections echo once more. */
const PROVING_AGAIN = 4;
const DONE = 5;

/**
 * What the run is doing: gather all connections, prove the idle ones alive, stand by for the moment to begin, exchange
 * messages, prove the idle ones again. Without a barrier gathering is part of exchanging messages.
 *
 * Each turn of the loop starts a bounded number of connections: a herd would delay its own echoes.
 */
export class Phases {
  readonly #context: LoadContext;
  readonly #connections: readonly LoadConnection[];
  readonly #connector: Connector;
  readonly #settle: (connection: LoadConnection, need: Need) => void;
  /** The earliest moment for messages, on CLOCK_MONOTONIC; 0: no such bound. */
  readonly #startAtUs: number;
  #phase = GATHERING;
  /** Connections below this index have been started in this phase. */
  #started = 0;
  /** Idle connections whose echo is under way. */
  #proving = 0;
  /** Active connections that have not done their work. */
  #working: number;

  /** @param settle does what a connection needs once it was started */
  constructor(
    context: LoadContext,
    connections: readonly LoadConnection[],
    connector: Connector,
    settle: (connection: LoadConnection, need: Need) => void,
  ) {
    const { startAtMs, active } = context.workload;
    this.#context = context;
    this.#connections = connections;
    this.#connector = connector;
    this.#settle = settle;
    this.#startAtUs = startAtMs === null ? 0 : monotonicUsOf(startAtMs);
    this.#working = active;
  }

  /** Microseconds until there is something to do here; Infinity when events have to come first. */
  untilNextUs(nowUs: number): number {
    if (this.#phase === STANDING_BY) return Math.max(0, this.#startAtUs - nowUs);
    if (this.#phase === GATHERING) return this.#connector.untilNextUs;
    if (this.#phase === MESSAGING && !this.#context.workload.barrier) return this.#connector.untilNextUs;
    return this.#phase !== DONE && this.#started < this.#connections.length ? 0 : Number.POSITIVE_INFINITY;
  }

  proceed(nowUs: number): void {
    if (this.#phase === GATHERING) this.#gather(nowUs);
    if (this.#phase === PROVING) this.#prove(STANDING_BY);
    if (this.#phase === STANDING_BY && nowUs >= this.#startAtUs) this.#beginMessaging();
    if (this.#phase === MESSAGING) this.#message(nowUs);
    if (this.#phase === PROVING_AGAIN) this.#prove(DONE);
  }

  /** An idle connection has echoed. @returns whether it stays open */
  proven(connection: LoadConnection): boolean {
    this.#proving--;
    connection.state = READY;
    return this.#phase === PROVING;
  }

  /** A connection will exchange no more messages: it has done its work, or has ended. */
  finished(connection: LoadConnection): void {
    if (connection.isProving) this.#proving--;
    if (!connection.isActive || connection.isDone) return;
    connection.isDone = true;
    connection.noteAnswered();
    this.#working--;
  }

  /** The run is cut short: nothing is started any more. */
  stop(): void {
    if (this.#phase === MESSAGING) this.#endMessaging();
    this.#enter(DONE);
  }

  #gather(nowUs: number): void {
    const { barrier, active, connections } = this.#context.workload;
    if (!barrier) {
      this.#enter(STANDING_BY);
      return;
    }
    this.#connector.launch(nowUs);
    if (this.#connector.isFinished) this.#enter(active < connections ? PROVING : STANDING_BY);
  }

  /** @param next what comes when every idle connection has echoed or failed */
  #prove(next: number): void {
    for (let index = this.#nextToStart(); index < this.#started; index++) {
      this.#proveIdle(this.#connections[index]);
    }
    if (this.#started === this.#connections.length && this.#proving === 0) this.#enter(next);
  }

  #proveIdle(connection: LoadConnection): void {
    if (connection.state !== READY || connection.isActive) return;
    this.#proving++;
    this.#settle(connection, connection.prove());
  }

  /** All are established or failed, and the moment has come. */
  #beginMessaging(): void {
    const context = this.#context;
    const nowUs = monotonicUs();
    this.#enter(MESSAGING);
    context.begunUs = nowUs;
    context.deadlineUs = nowUs + context.workload.durationMs * 1000;
    if (this.#startAtUs > 0) context.startLagMs = (nowUs - this.#startAtUs) / 1000;
    context.evidence.messagingBegins();
    for (const connection of this.#connections) {
      if (connection.state === READY && connection.isActive) connection.awaitAnswer();
    }
  }

  #message(nowUs: number): void {
    if (!this.#context.workload.barrier) this.#connector.launch(nowUs);
    else this.#beginSome();
    if (this.#working === 0) this.#endMessaging();
  }

  #endMessaging(): void {
    this.#context.endedUs = monotonicUs();
    this.#context.evidence.messagingEnds();
    this.#enter(PROVING_AGAIN);
  }

  #beginSome(): void {
    const { pace } = this.#context;
    for (let index = this.#nextToStart(); index < this.#started; index++) {
      const connection = this.#connections[index];
      if (connection.state !== READY || !connection.isActive) continue;
      this.#settle(connection, pace === null ? connection.begin() : connection.schedule(pace));
    }
  }

  /** Takes the next few connections. @returns the first; they end below `started` */
  #nextToStart(): number {
    const first = this.#started;
    this.#started = Math.min(this.#connections.length, first + STARTS_PER_TURN);
    return first;
  }

  #enter(phase: number): void {
    this.#phase = phase;
    this.#started = 0;
  }
}
