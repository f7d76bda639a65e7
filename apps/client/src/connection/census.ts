import { LIVE } from "../measure/results-table.ts";
import { type ConnectionTable, FLAG } from "./connection-table.ts";
import type { LoadContext } from "./load-context.ts";

/** Keeps the counts of the context in step with the flags of the connections. Allocates nothing. */
export class Census {
  readonly #context: LoadContext;
  readonly #table: ConnectionTable;
  /** Open connections that have had a verified echo. */
  #held = 0;

  constructor(context: LoadContext, table: ConnectionTable) {
    this.#context = context;
    this.#table = table;
    const { workload, activity, orders } = context;
    for (let connection = 0; connection < workload.connections; connection++) {
      if (activity.isActive(connection)) table.raise(connection, FLAG.active);
      if (orders !== null) table.raise(connection, FLAG.done);
    }
  }

  isActive(connection: number): boolean {
    return this.#table.has(connection, FLAG.active);
  }

  isDone(connection: number): boolean {
    return this.#table.has(connection, FLAG.done);
  }

  /** Returns whether an idle connection's echo is in flight. */
  isProving(connection: number): boolean {
    return this.#table.has(connection, FLAG.proving);
  }

  /** Enters an active connection whose first echo the others wait for. */
  expectEcho(connection: number): void {
    this.#table.raise(connection, FLAG.awaited);
    this.#context.awaited++;
  }

  /** Directed load: enters a connection that has work again. */
  takeUp(connection: number): void {
    this.#table.clear(connection, FLAG.done);
    this.#context.working++;
  }

  beginProof(connection: number): void {
    this.#table.raise(connection, FLAG.proving);
    this.#context.proving++;
  }

  endProof(connection: number): void {
    this.#table.clear(connection, FLAG.proving);
    this.#context.proving--;
  }

  /** Notes a verified echo. */
  noteEcho(connection: number): void {
    this.#noteAnswered(connection);
    if (this.#table.has(connection, FLAG.held)) return;
    this.#table.raise(connection, FLAG.held);
    const { live } = this.#context.results;
    this.#held++;
    live[LIVE.held] = Math.max(live[LIVE.held], this.#held);
  }

  /** Notes that the work of a connection is done. */
  noteDone(connection: number): void {
    if (!this.isActive(connection) || this.isDone(connection)) return;
    this.#table.raise(connection, FLAG.done);
    this.#noteAnswered(connection);
    this.#context.working--;
  }

  /** Strikes out a connection that has ended. */
  remove(connection: number): void {
    if (this.isProving(connection)) this.#context.proving--;
    if (this.#table.has(connection, FLAG.held)) this.#held--;
    this.noteDone(connection);
  }

  #noteAnswered(connection: number): void {
    if (!this.#table.has(connection, FLAG.awaited)) return;
    this.#table.clear(connection, FLAG.awaited);
    this.#context.awaited--;
  }
}
