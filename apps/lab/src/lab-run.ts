import { fileDescriptorLimit } from "@c10k-lab/posix";
import type { Manifest } from "@c10k-lab/protocol";
import { CellRun } from "./cell-run.ts";
import { describeMachine, describeSoftware } from "./machine.ts";
import { cellsOf, type Plan } from "./plan.ts";
import { divideProcessors } from "./processors.ts";
import { Progress } from "./progress.ts";
import { ResultsFolder } from "./results-folder.ts";

/** Start and stop of the processes, and connecting, beside the exchange itself. */
const CELL_OVERHEAD_MS = 2500;
/** Descriptors a process needs beside its connections. */
const OWN_DESCRIPTORS = 40;

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
    warnOfDescriptors(this.#plan);
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

function warnOfDescriptors({ connections }: Plan): void {
  const most = fileDescriptorLimit() - OWN_DESCRIPTORS;
  const needed = Math.max(...connections);
  if (needed <= most) return;
  process.stderr.write(
    `lab: a process may hold about ${most} connections here, the plan asks for ${needed}: raise 'ulimit -n'\n`,
  );
}
