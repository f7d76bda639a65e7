/** In messages: what is due at the very end is not due before it, whatever the last bit of a double says. */
const EPSILON = 1e-6;

/**
 * When messages are due in an open loop: one every 1/rate seconds, the connections in turn. Connection number i of N has
 * its message k due at (i + k·N) / rate seconds, whatever became of those before.
 */
export class Pace {
  readonly #stepUs: number;
  readonly #connections: number;

  /**
   * @param ratePerSecond messages per second of all connections together
   * @param connections that share it
   */
  constructor(ratePerSecond: number, connections: number) {
    this.#stepUs = 1e6 / ratePerSecond;
    this.#connections = connections;
  }

  /** @returns microseconds after the beginning */
  dueUs(connection: number, message: number): number {
    return (connection + message * this.#connections) * this.#stepUs;
  }

  /** How many messages of a connection are due before `us` microseconds have passed. */
  dueBefore(connection: number, us: number): number {
    return Math.max(0, Math.ceil((us / this.#stepUs - connection) / this.#connections - EPSILON));
  }
}
