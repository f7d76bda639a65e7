import { median } from "@c10k-lab/inference";
import type { Findings, Unmeasured } from "@c10k-lab/protocol";
import { cellsAt, type Point, pointsOf } from "../plan/cells.ts";
import type { Plan } from "../plan/plan.ts";
import { Blocks } from "../slices/blocks.ts";
import type { Stand } from "../slices/stand.ts";
import type { LabSession } from "./lab-session.ts";
import { chooseNextStart } from "./next-start.ts";
import type { SliceProgress } from "./slice-progress.ts";

/** Blocks that each start has at least. */
const BLOCKS_MIN = 3;
/** Time for ending a start and reporting, ms. */
const END_MS = 500;
/** Ratio within which an interval is narrow enough: a wider one could not say that there is no difference (5 %). */
const PRECISION = 1.04;

/** Measures the points of a plan in slices until the intervals are narrow enough or the budget is spent. */
export class SlicedRun {
  readonly #session: LabSession;
  readonly #plan: Plan;
  readonly #progress: SliceProgress;
  readonly #deadlineMs: number;
  readonly #starts = new Map<Point, number>();
  /** Foreign variants that failed at a point: they are not started there again, so that they cost the others no time. */
  readonly #failed = new Map<Point, Set<string>>();
  /** Time of the last start of each point, without its blocks, ms. */
  readonly #overheadsMs = new Map<Point, number>();
  /** Times of all starts, with their blocks, ms. */
  readonly #visitsMs: number[] = [];

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
      chooseNextStart(counts, this.#leftMs(), median(this.#visitsMs) ?? 0)?.point ?? this.#findWidest(points)
    );
  }

  #startsOf(point: Point): number {
    return this.#starts.get(point) ?? 0;
  }

  /** Starts all variants of a point and measures blocks within the time. */
  async #visit(point: Point, timeMs: number): Promise<void> {
    const startedMs = performance.now();
    const repetition = this.#startsOf(point) + 1;
    this.#starts.set(point, repetition);
    this.#progress.begin(point, repetition, this.#leftMs());
    let blocksMs = 0;
    const failed = this.#failed.get(point) ?? new Set();
    this.#failed.set(point, failed);
    const cells = cellsAt(this.#plan, point, repetition).filter(({ variant }) => !failed.has(variant));
    const results = await this.#session.runTogether(cells, async (stands) => {
      const up = await standing(stands);
      const blocks = new Blocks(up, 1000 * (1000 * this.#plan.seed + repetition));
      await blocks.warmUp();
      const upMs = performance.now();
      const endMs = Math.min(startedMs + timeMs - END_MS, upMs + BLOCKS_MAX_MS);
      for (let count = 0; up.some(({ isGone }) => !isGone) && !this.#session.isInterrupted; count++) {
        const isTime = performance.now() + blocks.blockMs > endMs;
        if (isTime && (count >= BLOCKS_MIN || performance.now() > this.#deadlineMs)) break;
        await blocks.measure();
      }
      blocksMs = performance.now() - upMs;
    });
    this.#progress.tellRefusedCalls(results);
    for (const result of results) {
      const { variant, status } = result;
      if (status === "failed") this.#progress.fail(point, repetition, result);
      const isForeign = cells.some((cell) => cell.variant === variant && cell.foreign !== null);
      if (isForeign && status === "failed") failed.add(variant);
    }
    const visitMs = performance.now() - startedMs;
    this.#overheadsMs.set(point, visitMs - blocksMs);
    this.#visitsMs.push(visitMs);
    this.#progress.finish(point, repetition, this.#session.findings, this.#leftMs());
  }

  /** Returns the point with the widest interval; null when all are narrow enough. */
  #findWidest(points: readonly Point[]): Point | null {
    const widths = points
      .map((point) => ({ point, width: widthAt(point, this.#session.findings) }))
      .filter(({ width }) => width > Math.log(PRECISION))
      .toSorted((a, b) => b.width - a.width);
    return widths[0]?.point ?? null;
  }

  #leftMs(): number {
    return this.#deadlineMs - performance.now();
  }

  /** A further start of the point would not fit into the budget. */
  #isOver(point: Point): boolean {
    const overheadMs = this.#overheadsMs.get(point) ?? Math.max(0, ...this.#overheadsMs.values());
    return this.#session.isInterrupted || this.#leftMs() < overheadMs + END_MS;
  }
}

/** Longest time of the blocks of one start: starts differ, so a further one tells more. */
const BLOCKS_MAX_MS = 5000;

/** Returns the stands whose connections are all open; the others are released. */
async function standing(stands: readonly Stand[]): Promise<Stand[]> {
  const up = await Promise.all(stands.map((stand) => stand.isUp));
  return stands.filter((stand, index) => {
    if (!up[index]) stand.release();
    return up[index];
  });
}

/** Returns half the width of the widest interval at a point, as a logarithm. */
function widthAt({ group, step }: Point, { findings }: Findings): number {
  const here = findings.filter(
    (one) =>
      one.group === group.name && one.at === step.x && one.question === "variants" && one.quantity === "cost",
  );
  const widths = here.map(({ effect, high }) =>
    effect && high ? Math.log(high / effect) : Number.POSITIVE_INFINITY,
  );
  return Math.max(0, ...widths);
}
