import { type Cell, cellsOf } from "../plan/cells.ts";
import type { Plan } from "../plan/plan.ts";
import type { LabSession } from "./lab-session.ts";
import { Progress } from "./progress.ts";

/** Start and stop of the processes, and connecting, beside the exchange itself. */
const CELL_OVERHEAD_MS = 2500;

/** Measures a plan cell by cell. */
export async function runPlan(session: LabSession, plan: Plan): Promise<void> {
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
