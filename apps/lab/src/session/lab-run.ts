import { type Cell, cellsOf } from "../plan/cells.ts";
import type { Plan } from "../plan/plan.ts";
import type { LabSession } from "./lab-session.ts";
import { Progress } from "./progress.ts";
import { SliceProgress } from "./slice-progress.ts";
import { SlicedRun } from "./sliced-run.ts";

/** Start and stop of the processes, and connecting, beside the exchange itself. */
const CELL_OVERHEAD_MS = 2500;
/** The report is written within the budget, too. */
const REPORT_MS = 6000;

/**
 * Measures a plan: first cells that are measured whole, one after another, then the others in slices.
 *
 * @throws EngineTrouble when no further cell can be run, or none makes sense
 */
export async function runPlan(session: LabSession, plan: Plan): Promise<void> {
  const deadlineMs = performance.now() + plan.budgetMs - REPORT_MS;
  const whole = plan.groups.filter(({ measure }) => measure === "whole");
  if (whole.length > 0) await runWhole(session, { ...plan, groups: whole });
  if (whole.length === plan.groups.length) return;
  const progress = new SliceProgress();
  try {
    await new SlicedRun(session, plan, deadlineMs, progress).run();
  } finally {
    progress.stop();
    session.planned(session.repetitions.length);
  }
}

async function runWhole(session: LabSession, plan: Plan): Promise<void> {
  const cells = cellsOf(plan);
  const progress = new Progress(cells, expectedMs(cells));
  try {
    for (const cell of cells) {
      if (session.isInterrupted) return;
      await session.runCell(cell, progress);
    }
  } finally {
    progress.stop();
  }
}

/** Returns the expected time of one cell before the first has ended, in ms. */
function expectedMs(cells: readonly Cell[]): number {
  const durations = cells.map(({ load }) => load.durationMs?.value ?? 0);
  return durations.reduce((a, b) => a + b, 0) / Math.max(1, cells.length) + CELL_OVERHEAD_MS;
}
