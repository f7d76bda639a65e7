import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Processors } from "@c10k-lab/process";
import type { BenchOptions } from "../options.ts";
import { Children } from "../processes/children.ts";
import { watchOtherWork } from "../processes/other-work.ts";
import type { Scene } from "../processes/scene.ts";
import type { Pair, SideNames } from "./pairs.ts";

/** Limit of --quiet: other programs used less of a processor while the pair was measured. */
const QUIET_PERCENT = 10;

/** One server under one load, with its measurements. */
export interface Cell<Figures> extends Scene {
  readonly pairs: readonly Pair<Figures>[];
}

/** Answer to the question of a comparison. */
export interface Verdict {
  readonly agrees: boolean;
  /** One line. */
  readonly words: string;
}

interface DatedPair<Figures> extends Pair<Figures> {
  /** Per cent of one processor that programs other than the bench's used. */
  readonly othersPercent: number;
}

/** Measures pairs for every cell, one after the other: nothing else should run at the same time. */
export abstract class Comparison<Figures> {
  protected readonly options: BenchOptions;
  protected readonly children = new Children();
  /** Folder for files of the child processes. */
  protected readonly folder = mkdtempSync(join(tmpdir(), "c10k-bench-"));
  readonly #processors: Processors | null;
  readonly #cells: readonly (Scene & { readonly pairs: DatedPair<Figures>[] })[];
  #isInterrupted = false;

  constructor(options: BenchOptions, scenes: readonly Scene[], processors: Processors | null) {
    this.options = options;
    this.#processors = processors;
    this.#cells = scenes.map((scene) => ({ ...scene, pairs: [] }));
  }

  /** Number of pairs to measure. */
  get pairs(): number {
    return this.#cells.length * this.rounds;
  }

  /**
   * Measures all pairs.
   *
   * @param onPair called after each pair with its description
   * @throws Error with one sentence when a process fails; earlier pairs are kept
   */
  async run(onPair: (description: string) => void): Promise<void> {
    try {
      const readOthersPercent = watchOtherWork(this.children);
      for (const cell of this.#cells) {
        for await (const pair of this.measure(cell)) {
          const othersPercent = readOthersPercent();
          cell.pairs.push({ ...pair, othersPercent });
          onPair(`${this.describe(cell, pair)}, others' core ${othersPercent.toFixed(0)} %`);
        }
      }
    } catch (error) {
      if (!this.#isInterrupted) throw error;
    } finally {
      await this.children.kill();
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** Kills the children; `run` then returns. */
  interrupt(): void {
    this.#isInterrupted = true;
    void this.children.kill();
  }

  /** Returns a table with notes; null when no pair was measured. */
  format(): string | null {
    const measured = this.#selectCells().filter(({ pairs }) => pairs.length > 0);
    if (measured.length === 0) return null;
    const sharing = "There is one processor only: server and client took time from each other.";
    return [this.formatCells(measured), ...(this.#processors === null ? [sharing] : [])].join("\n");
  }

  /** Returns the answer to the comparison's question; null when it has none. */
  verdict(): Verdict | null {
    return this.judge(this.#selectCells());
  }

  /** Returns what --json writes, schema `c10k-lab/bench/1`: options, names of the sides, processors, the pairs of each cell. */
  toJson(): object {
    const { server, client } = this.#processors ?? {};
    const processors = server && client ? { server: server[0], client: client[0] } : null;
    const { options } = this;
    return { schema: "c10k-lab/bench/1", sides: this.sides, options, processors, cells: this.#cells };
  }

  /** Pairs for each cell. */
  protected get rounds(): number {
    const { rounds, clients, table, quick } = this.options;
    if (rounds !== undefined) return rounds;
    if (table) return quick ? 3 : 9;
    return clients ? 7 : 5;
  }

  /** Time that each run exchanges messages. */
  protected get durationMs(): number {
    const { durationMs, clients, quick } = this.options;
    if (durationMs !== undefined) return durationMs;
    if (quick) return 1000;
    return clients ? 4000 : 2000;
  }

  protected abstract get sides(): SideNames;
  protected abstract measure(cell: Cell<Figures>): AsyncGenerator<Pair<Figures>>;
  protected abstract describe(cell: Cell<Figures>, pair: Pair<Figures>): string;
  protected abstract formatCells(cells: readonly Cell<Figures>[]): string;

  /** @param _cells all cells, also those without a pair */
  protected judge(_cells: readonly Cell<Figures>[]): Verdict | null {
    return null;
  }

  /** Processors that the children of one side run on; null for all. */
  protected processorsOf(side: keyof Processors): readonly number[] | null {
    return this.#processors?.[side] ?? null;
  }

  /** @throws Error after `interrupt`: no more processes are started then */
  protected assertRunning(): void {
    if (this.#isInterrupted) throw new Error("interrupted");
  }

  /** Returns the cells without the pairs that --quiet excludes. */
  #selectCells(): Cell<Figures>[] {
    const limit = this.options.quiet ? QUIET_PERCENT : Number.POSITIVE_INFINITY;
    return this.#cells.map((cell) => ({
      ...cell,
      pairs: cell.pairs.filter(({ othersPercent }) => othersPercent < limit),
    }));
  }
}
