import type { Manifest } from "@c10k-lab/protocol";
import { CellRun } from "./cell-run.ts";
import { describeMachine, describeSoftware } from "./machine.ts";
import { cellsOf, type Plan } from "./plan.ts";
import { readMachineLimits } from "./preflight/machine-limits.ts";
import { needsOf } from "./preflight/needs.ts";
import { preflight } from "./preflight/preflight.ts";
import { shortages } from "./preflight/preflight-text.ts";
import { divideProcessors } from "./processors.ts";
import { Progress } from "./progress.ts";
import { ResultsFolder } from "./results-folder.ts";

/** Start and stop of the processes, and connecting, beside the exchange itself. */
const CELL_OVERHEAD_MS = 2500;

/** A plan, run cell by cell. Whatever stops it, the cells that were measured are on disk. */
export class LabRun {
  readonly folder: ResultsFolder;
  readonly #plan: Plan;
  #manifest: Manifest;
  #current: CellRun | undefined;
  #isInterrupted = false;

  /**
   * @param resultsPath folder of all results
   * @throws Error when it cannot be written to
   */
  constructor(plan: Plan, resultsPath: string) {
    this.#plan = plan;
    this.#manifest = {
      schema: "c10k-lab/manifest/1",
      plan: plan.name,
      question: plan.question,
      engine: "process",
      startedAt: new Date().toISOString(),
      finishedAt: null,
      complete: false,
      cellsPlanned: cellsOf(plan).length,
      options: { ...plan },
      software: describeSoftware(),
      machine: describeMachine(),
    };
    this.folder = ResultsFolder.create(resultsPath, this.#manifest);
  }

  /** Ends the current cell early and starts no other; a second call ends it at once. */
  interrupt(): void {
    if (this.#isInterrupted) this.#current?.kill();
    else this.#current?.interrupt();
    this.#isInterrupted = true;
  }

  /** @returns false when it was interrupted */
  async run(): Promise<boolean> {
    const cells = cellsOf(this.#plan);
    const processors = divideProcessors();
    const progress = new Progress(cells.length, this.#plan.durationMs + CELL_OVERHEAD_MS);
    await warnOfShortages(this.#plan);
    for (const cell of cells) {
      if (this.#isInterrupted) break;
      progress.begin(cell);
      this.#current = new CellRun(cell, this.#plan, this.folder.cellFolder(cell.id), processors);
      const result = await this.#current.run();
      this.folder.writeCell(result);
      progress.finish(result);
    }
    progress.stop();
    this.#manifest = {
      ...this.#manifest,
      finishedAt: new Date().toISOString(),
      complete: !this.#isInterrupted,
    };
    this.folder.writeManifest(this.#manifest);
    return !this.#isInterrupted;
  }
}

/** A machine that is too small for the plan is measured all the same: where it ends is a result. */
async function warnOfShortages(plan: Plan): Promise<void> {
  const checks = preflight(needsOf(plan), await readMachineLimits());
  for (const sentence of shortages(checks)) process.stderr.write(`lab: ${sentence}\n`);
}
