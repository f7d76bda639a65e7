import { chooseFurther, median } from "@c10k-lab/inference";
import { callAfter } from "@c10k-lab/process";
import type { Unmeasured } from "@c10k-lab/protocol";
import { type Cell, cellsAt, type Point, pointsOf } from "../plan/cells.ts";
import type { Plan } from "../plan/plan.ts";
import { Blocks } from "../slices/blocks.ts";
import type { Stand } from "../slices/stand.ts";
import type { LabSession } from "./lab-session.ts";
import { chooseNextStart } from "./next-start.ts";
import { openVariants, variantEffects } from "./open-variants.ts";
import type { SliceProgress } from "./slice-progress.ts";

/** Blocks that each start has at least. */
const BLOCKS_MIN = 3;
/** Time for ending a start and reporting, ms. */
const END_MS = 500;

/** Measures the points of a plan in slices until all comparisons are settled or the budget is spent. */
export class SlicedRun {
  readonly #session: LabSession;
  readonly #plan: Plan;
  readonly #progress: SliceProgress;
  readonly #deadlineMs: number;
  readonly #starts = new Map<Point, number>();
  /** Foreign variants that failed at a point: they are not started there again, so that they cost the others no time. */
  readonly #failed = new Map<Point, Set<string>>();
  /** Time that the last start of each point would have taken with the fewest blocks, ms. */
  readonly #shortestMs = new Map<Point, number>();
  /** Times of all starts, with their blocks, ms. */
  readonly #visitsMs: number[] = [];
  /** Time that the starts of each point took, ms. */
  readonly #spentMs = new Map<Point, number>();

  /** @param deadlineMs end of the budget, on performance.now() */
  constructor(session: LabSession, plan: Plan, deadlineMs: number, progress: SliceProgress) {
    this.#session = session;
    this.#plan = plan;
    this.#deadlineMs = deadlineMs;
    this.#progress = progress;
  }

  async run(): Promise<void> {
    // The largest loads first: where the time runs out, they have the most starts.
    const points = pointsOf(this.#plan).toSorted((a, b) => b.step.x - a.step.x);
    for (;;) {
      const missing = points.map((point) => Math.max(0, point.group.repeats - this.#startsOf(point)));
      const planned = missing.reduce((sum, count) => sum + count, 0);
      const next = this.#findNext(points);
      if (next === null || this.#isOver(next)) break;
      await this.#visit(next, this.#leftMs() / Math.max(1, planned));
    }
    if (this.#session.isInterrupted) return;
    this.#session.leaveOut(points.filter((point) => this.#startsOf(point) === 0).map(this.#leaveOut));
  }

  /** Names a load without a start, and the time that its starts would take. */
  readonly #leaveOut = ({ group, step }: Point): Unmeasured => {
    const visitMs = median(this.#visitsMs);
    const wouldTake = visitMs === null ? null : (group.repeats * visitMs) / 1000;
    return { group: group.name, axis: group.axis, at: step.x, wouldTake };
  };

  #findNext(points: readonly Point[]): Point | null {
    const counts = points.map((point) => ({
      point,
      starts: this.#startsOf(point),
      repeats: point.group.repeats,
    }));
    return (
      chooseNextStart(counts, this.#leftMs(), median(this.#visitsMs) ?? 0)?.point ?? this.#findFurther(points)
    );
  }

  #startsOf(point: Point): number {
    return this.#starts.get(point) ?? 0;
  }

  /** Starts all variants of a point and measures blocks within the time. */
  async #visit(point: Point, timeMs: number): Promise<void> {
    const startedMs = performance.now();
    const repetition = this.#startsOf(point) + 1;
    this.#progress.begin(point, repetition, this.#leftMs());
    let sparedMs = 0;
    const cells = this.#cellsOf(point, repetition);
    const results = await this.#session.runTogether(cells, async (stands) => {
      sparedMs = await this.#measureBlocks(stands, repetition, startedMs + timeMs - END_MS);
    });
    if (results.length > 0) this.#starts.set(point, repetition);
    this.#progress.tellRefusedCalls(results);
    for (const result of results) {
      const { variant, status } = result;
      if (status === "failed") this.#progress.fail(point, repetition, result);
      const isForeign = cells.some((cell) => cell.variant === variant && cell.foreign !== null);
      if (isForeign && status === "failed") this.#failedAt(point).add(variant);
    }
    const visitMs = performance.now() - startedMs;
    this.#shortestMs.set(point, visitMs - sparedMs);
    this.#visitsMs.push(visitMs);
    this.#spentMs.set(point, (this.#spentMs.get(point) ?? 0) + visitMs);
    this.#progress.finish(point, repetition, this.#session.findings, this.#leftMs());
  }

  /** Measures blocks until a time, on performance.now(). @returns the time of those beyond the fewest, ms */
  async #measureBlocks(stands: readonly Stand[], repetition: number, endMs: number): Promise<number> {
    const up = await this.#standing(stands);
    const blocks = new Blocks(up, 1000 * (1000 * this.#plan.seed + repetition), this.#deadlineMs);
    await blocks.warmUp();
    const upMs = performance.now();
    let count = 0;
    for (; up.some(({ isGone }) => !isGone) && !this.#session.isInterrupted; count++) {
      const isTime = performance.now() + blocks.blockMs > Math.min(endMs, upMs + BLOCKS_MAX_MS);
      if (isTime && (count >= BLOCKS_MIN || this.#leftMs() < 0)) break;
      await blocks.measure();
    }
    if (this.#leftMs() < 0) giveUp(stands);
    return (performance.now() - upMs) * Math.max(0, 1 - BLOCKS_MIN / count);
  }

  /** Returns the stands whose connections are all open; the others are released. */
  async #standing(stands: readonly Stand[]): Promise<Stand[]> {
    // Where others take the processors, connecting may outlast the budget.
    const cancel = callAfter(Math.max(0, this.#leftMs()), () => giveUp(stands));
    const up = await Promise.all(stands.map((stand) => stand.isUp));
    cancel();
    return stands.filter((stand, index) => {
      if (!up[index]) stand.release();
      return up[index];
    });
  }

  /** Returns the point that a further start is worth most to; null when all intervals are narrow enough. */
  #findFurther(points: readonly Point[]): Point | null {
    const { findings } = this.#session;
    const spent = points.map((point) => ({
      point,
      effects: [...variantEffects(point, findings).values()],
      spentS: (this.#spentMs.get(point) ?? 0) / 1000,
    }));
    return chooseFurther(spent)?.point ?? null;
  }

  /** Returns the cells of a start. Those beyond the ones that the plan asks for have what is still open alone. */
  #cellsOf(point: Point, repetition: number): Cell[] {
    const failed = this.#failedAt(point);
    const open = repetition > point.group.repeats ? openVariants(point, this.#session.findings) : null;
    return cellsAt(this.#plan, point, repetition).filter(
      ({ variant }) => !failed.has(variant) && (open?.has(variant) ?? true),
    );
  }

  #failedAt(point: Point): Set<string> {
    const failed = this.#failed.get(point) ?? new Set();
    this.#failed.set(point, failed);
    return failed;
  }

  #leftMs(): number {
    return this.#deadlineMs - performance.now();
  }

  /** A further start of the point would not fit into the budget. */
  #isOver(point: Point): boolean {
    const shortestMs = this.#shortestMs.get(point) ?? Math.max(0, ...this.#shortestMs.values());
    return this.#session.isInterrupted || this.#leftMs() < shortestMs + END_MS;
  }
}

/** Longest time of the blocks of one start: starts differ, so a further one tells more. */
const BLOCKS_MAX_MS = 5000;

function giveUp(stands: readonly Stand[]): void {
  for (const stand of stands) stand.giveUp();
}
