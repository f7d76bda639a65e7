/** Which connections work and which only stay open: the active ones are evenly spread among all. */
export class Activity {
  readonly #connections: number;
  readonly #active: number;

  /** @param active of `connections`, those that work */
  constructor(connections: number, active: number) {
    this.#connections = connections;
    this.#active = active;
  }

  isActive(connection: number): boolean {
    return this.rank(connection + 1) > this.rank(connection);
  }

  /** How many active connections come before this one. */
  rank(connection: number): number {
    return Math.floor((connection * this.#active) / this.#connections);
  }
}
