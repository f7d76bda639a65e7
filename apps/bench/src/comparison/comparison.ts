import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchOptions } from "../options.ts";
import { Children } from "../processes/children.ts";
import { OtherWork } from "../processes/other-work.ts";
import type { Scene } from "../processes/scene.ts";
import type { Processors } from "../processes/servers.ts";
import type { Pair, SideNames } from "./pairs.ts";

/** A pair with --quiet counts only if other programs took less of a processor while it was measured. */
const QUIET_PERCENT = 10;

/** One server under one load, and what was measured of it. */
export interface Cell<Figures> extends Scene {
  readonly pairs: readonly Pair<Figures>[];
}

/** What the figures say of what was asked. */
export interface Verdict {
  readonly agrees: boolean;
  /** One line. */
  readonly words: string;
}

interface DatedPair<Figures> extends Pair<Figures> {
  /** Of one processor, taken by programs that are none of the bench's. */
  readonly othersPercent: number;
}

/** Pairs of measurements of every cell, one process pair after the other: nothing else should run beside them. */
export abstract class Comparison<Figures> {
  protected readonly options: BenchOptions;
  protected readonly processors: Processors | null;
  protected readonly children = new Children();
  /** For files the processes write. */
  protected readonly folder = mkdtempSync(join(tmpdir(), "c10k-bench-"));
  readonly #cells: readonly (Scene & { readonly pairs: DatedPair<Figures>[] })[];
  #isInterrupted = false;

  constructor(options: BenchOptions, scenes: readonly Scene[], processors: Processors | null) {
    this.options = options;
    this.processors = processors;
    this.#cells = scenes.map((scene) => ({ ...scene, pairs: [] }));
  }

  /** How many pairs there are to measure. */
  get pairs(): number {
    return this.#cells.length * this.options.rounds;
  }

  /**
   * @param finished called with a few words after each pair
   * @throws Error with one sentence when a process fails; the pairs before it stay
   */
  async run(finished: (words: string) => void): Promise<void> {
    try {
      const others = new OtherWork(this.children);
      for (const cell of this.#cells) {
        for await (const pair of this.measure(cell)) {
          const othersPercent = others.percentSince();
          cell.pairs.push({ ...pair, othersPercent });
          finished(`${this.describe(cell, pair)}, others' core ${othersPercent.toFixed(0)} %`);
        }
      }
    } catch (error) {
      if (!this.#isInterrupted) throw error;
    } finally {
      await this.children.kill();
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** Ends what runs; `run` then returns. */
  interrupt(): void {
    this.#isInterrupted = true;
    void this.children.kill();
  }

  /** A table and how to read it; null when there is no pair for it. */
  format(): string | null {
    const measured = this.#countedCells.filter(({ pairs }) => pairs.length > 0);
    if (measured.length === 0) return null;
    const sharing = "There is one processor only: server and client took time from each other.";
    return [this.formatCells(measured), ...(this.processors === null ? [sharing] : [])].join("\n");
  }

  /** Of all that was asked for; null when the figures are all there is to say. */
  verdict(): Verdict | null {
    return this.judge(this.#countedCells);
  }

  /** Every pair. */
  toJson(): object {
    const { options, processors } = this;
    return { schema: "c10k-lab/bench/1", sides: this.sides, options, processors, cells: this.#cells };
  }

  /** Names of what is compared. */
  protected abstract get sides(): SideNames;
  protected abstract measure(cell: Cell<Figures>): AsyncGenerator<Pair<Figures>>;
  protected abstract describe(cell: Cell<Figures>, pair: Pair<Figures>): string;
  protected abstract formatCells(cells: readonly Cell<Figures>[]): string;

  /** @param _cells all of them, also those that have no pair */
  protected judge(_cells: readonly Cell<Figures>[]): Verdict | null {
    return null;
  }

  /** @throws Error when nothing is to be started any more */
  protected assertRunning(): void {
    if (this.#isInterrupted) throw new Error("interrupted");
  }

  /** With the pairs that count: --quiet leaves some out. */
  get #countedCells(): Cell<Figures>[] {
    const most = this.options.quiet ? QUIET_PERCENT : Number.POSITIVE_INFINITY;
    return this.#cells.map((cell) => ({
      ...cell,
      pairs: cell.pairs.filter(({ othersPercent }) => othersPercent < most),
    }));
  }
}
