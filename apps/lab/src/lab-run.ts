import { parseDurationMs } from "@c10k-lab/cli";
import type { Manifest } from "@c10k-lab/protocol";
import { CellRun } from "./cell-run.ts";
import { type Cell, cellsOf, connectionsIn } from "./cells.ts";
import { type Engine, EngineTrouble } from "./engines/engine.ts";
import { describeMachine, describeSoftware } from "./machine.ts";
import { type Plan, serversOf } from "./plan.ts";
import { optionsOf } from "./plan-options.ts";
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
  readonly #engine: Engine;
  readonly #interruption = new AbortController();
  #manifest: Manifest;
  #current: CellRun | undefined;

  /**
   * @param makeEngine is given the run's id
   * @param resultsPath folder of all results
   * @throws Error when it cannot be written to
   */
  constructor(plan: Plan, makeEngine: (run: string) => Engine, resultsPath: string) {
    const startedAt = new Date().toISOString();
    const run = `${startedAt.slice(0, 19).replaceAll(":", "-")}-${plan.name}-${process.pid}`;
    this.#plan = plan;
    this.#engine = makeEngine(run);
    this.#manifest = {
      schema: "c10k-lab/manifest/1",
      plan: plan.name,
      question: plan.question,
      run,
      engine: this.#engine.name,
      images: null,
      startedAt,
      finishedAt: null,
      outcome: "running",
      trouble: null,
      cellsPlanned: cellsOf(plan).length,
      options: optionsOf(plan),
      software: describeSoftware(),
      machine: describeMachine(),
    };
    this.folder = ResultsFolder.create(resultsPath, this.#manifest);
  }

  /** Ends the current cell early and starts no other; a second call ends it at once. */
  interrupt(): void {
    if (this.#interruption.signal.aborted) this.#current?.kill();
    else this.#current?.interrupt();
    this.#interruption.abort();
  }

  /** @returns how it ended; the manifest has it too */
  async run(): Promise<Manifest["outcome"]> {
    let trouble: EngineTrouble | BadPlan | null = null;
    try {
      await this.#prepare();
      await this.#measure();
    } catch (error) {
      if (!(error instanceof EngineTrouble || error instanceof BadPlan)) throw error;
      trouble = error;
    } finally {
      await this.#engine.close();
    }
    const outcome = this.#interruption.signal.aborted ? "interrupted" : (trouble?.outcome ?? "complete");
    this.#write({
      finishedAt: new Date().toISOString(),
      outcome,
      trouble: outcome === "interrupted" ? null : (trouble?.message ?? null),
    });
    return outcome;
  }

  async #prepare(): Promise<void> {
    await warnOfShortages(this.#plan);
    const images = await this.#engine.prepare(
      [...serversOf(this.#plan), "client"],
      this.#interruption.signal,
    );
    this.#write({ images });
  }

  /** @throws EngineTrouble when no further cell can be run, BadPlan when none makes sense */
  async #measure(): Promise<void> {
    const cells = cellsOf(this.#plan);
    const processors = divideProcessors();
    const progress = new Progress(cells, expectedMs(cells));
    try {
      for (const cell of cells) {
        if (this.#interruption.signal.aborted) return;
        progress.begin(cell);
        const folder = this.folder.cellFolder(cell.id);
        this.#current = new CellRun(cell, folder, this.#engine, processors);
        progress.finish(await this.#finish(this.#current));
        if (this.#current.trouble) throw this.#current.trouble;
        if (this.#current.mistake !== null) throw new BadPlan(this.#current.mistake);
      }
    } finally {
      progress.stop();
    }
  }

  async #finish(cell: CellRun) {
    const result = await cell.run();
    this.folder.writeCell(result);
    return result;
  }

  #write(change: Partial<Manifest>): void {
    this.#manifest = { ...this.#manifest, ...change };
    this.folder.writeManifest(this.#manifest);
  }
}

/** A machine that is too small for the plan is measured all the same: where it ends is a result. */
async function warnOfShortages(plan: Plan): Promise<void> {
  const checks = preflight(needsOf(serversOf(plan), connectionsIn(plan)), await readMachineLimits());
  for (const sentence of shortages(checks)) process.stderr.write(`lab: ${sentence}\n`);
}

/** An app would not take an option of the plan: every other cell would end in the same way. */
class BadPlan extends Error {
  readonly outcome = "bad-plan";
}

/** Of one cell, before the first has shown it; in ms. */
function expectedMs(cells: readonly Cell[]): number {
  const durations = cells.map(({ load }) =>
    typeof load.duration === "string" ? parseDurationMs(load.duration) : 0,
  );
  return durations.reduce((a, b) => a + b, 0) / Math.max(1, cells.length) + CELL_OVERHEAD_MS;
}
