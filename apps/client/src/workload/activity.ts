/** Divides connections into active and idle ones; the active ones are evenly spread. */
export class Activity {
  readonly #connections: number;
  readonly #active: number;

  /** @param active the number of `connections` that exchange messages */
  constructor(connections: number, active: number) {
    this.#connections = connections;
    this.#active = active;
  }

  isActive(connection: number): boolean {
    return this.rank(connection + 1) > this.rank(connection);
  }

  /** Counts the active connections before this one. */
  rank(connection: number): number {
    return Math.floor((connection * this.#active) / this.#connections);
  }
}
