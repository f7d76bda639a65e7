/** A tolerance in messages: a message that is due at the very end is not due before it, despite rounding. */
const EPSILON = 1e-6;

/**
 * Due times of messages in an open loop: one message every 1/rate seconds, the connections in turn. Message k of
 * connection i of N is due at (i + k·N) / rate seconds, even when earlier messages are late.
 */
export class Pace {
  #stepUs: number;
  readonly #connections: number;

  /**
   * @param ratePerSecond messages per second of all connections together
   * @param connections connections that share the rate
   */
  constructor(ratePerSecond: number, connections: number) {
    this.#stepUs = 1e6 / ratePerSecond;
    this.#connections = connections;
  }

  /** Changes the rate of the messages that begin from the next beginning on. */
  changeRate(ratePerSecond: number): void {
    this.#stepUs = 1e6 / ratePerSecond;
  }

  /** Counts the messages of all connections that are due before `us` microseconds have passed. */
  allDueBefore(us: number): number {
    return Math.max(0, Math.ceil(us / this.#stepUs - EPSILON));
  }

  /** Returns the due time of a message, in microseconds after the beginning. */
  dueUs(connection: number, message: number): number {
    return (connection + message * this.#connections) * this.#stepUs;
  }

  /** Counts the messages of a connection that are due before `us` microseconds have passed. */
  dueBefore(connection: number, us: number): number {
    return Math.max(0, Math.ceil((us / this.#stepUs - connection) / this.#connections - EPSILON));
  }
}
