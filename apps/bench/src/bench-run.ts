import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerName } from "@c10k-lab/protocol";
import { type Figures, Measurement } from "./measurement.ts";
import type { BenchOptions } from "./options.ts";
import type { Pair } from "./ratio.ts";
import type { Processors, Side, Sides } from "./servers.ts";

/** One architecture under one load. */
export interface Cell {
  readonly server: ServerName;
  readonly connections: number;
  readonly pairs: Pair[];
}

/** All pairs of all cells, one process pair after the other: nothing else should run beside them. */
export class BenchRun {
  readonly sides: Sides;
  readonly processors: Processors | null;
  readonly cells: readonly Cell[];
  readonly #options: BenchOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), "c10k-bench-"));
  #current: Measurement | undefined;
  #isInterrupted = false;

  constructor(options: BenchOptions, sides: Sides, processors: Processors | null) {
    this.#options = options;
    this.sides = sides;
    this.processors = processors;
    this.cells = options.servers.flatMap((server) =>
      options.connections.map((connections) => ({ server, connections, pairs: [] })),
    );
  }

  /**
   * @param finished called after each pair
   * @throws Error with one sentence when a server or a client fails; the pairs before it stay
   */
  async run(finished: (cell: Cell, pair: Pair) => void): Promise<void> {
    try {
      for (const cell of this.cells) await this.#runCell(cell, finished);
    } catch (error) {
      if (!this.#isInterrupted) throw error;
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  interrupt(): void {
    this.#isInterrupted = true;
    void this.#current?.kill();
  }

  async #runCell(cell: Cell, finished: (cell: Cell, pair: Pair) => void): Promise<void> {
    for (let round = 0; round < this.#options.rounds && !this.#isInterrupted; round++) {
      const pair = await this.#runPair(cell, round % 2 === 1);
      cell.pairs.push(pair);
      finished(cell, pair);
    }
  }

  /** A B, then B A: what drifts while they run meets both sides alike. */
  async #runPair(cell: Cell, isReversed: boolean): Promise<Pair> {
    const [first, second] = this.sides;
    if (!isReversed)
      return { first: await this.#measure(first, cell), second: await this.#measure(second, cell) };
    const figures = await this.#measure(second, cell);
    return { first: await this.#measure(first, cell), second: figures };
  }

  async #measure(side: Side, { server, connections }: Cell): Promise<Figures> {
    if (this.#isInterrupted) throw new Error("interrupted");
    const { durationMs, sizeBytes } = this.#options;
    this.#current = new Measurement(side, { server, connections, durationMs, sizeBytes }, this.processors);
    return this.#current.run(this.#folder);
  }
}
