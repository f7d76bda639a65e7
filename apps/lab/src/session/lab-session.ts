import { divideProcessors } from "@c10k-lab/process";
import type { CellResult, Manifest } from "@c10k-lab/protocol";
import { CellRun } from "../cell/cell-run.ts";
import { type Engine, EngineTrouble } from "../engines/engine.ts";
import { describeMachine, describeSoftware } from "../evidence/machine.ts";
import { type Cell, connectionsIn } from "../plan/cells.ts";
import { type Plan, serversOf } from "../plan/plan.ts";
import { optionsOf } from "../plan/plan-options.ts";
import { type MachineLimits, readMachineLimits } from "../preflight/machine-limits.ts";
import { needsOf } from "../preflight/needs.ts";
import { preflight } from "../preflight/preflight.ts";
import { shortages } from "../preflight/preflight-text.ts";
import { ResultsFolder } from "../results/results-folder.ts";

/** Is told what is being measured. */
export interface CellWatcher {
  begin(cell: Cell): void;
  finish(result: CellResult): void;
}

/** What measuring a plan has in common, however its cells are chosen. Whatever stops it, those measured are on disk. */
export class LabSession {
  readonly folder: ResultsFolder;
  readonly #plan: Plan;
  readonly #engine: Engine;
  readonly #interruption = new AbortController();
  readonly #processors = divideProcessors();
  #manifest: Manifest;
  #current: CellRun | undefined;

  /**
   * @param cellsPlanned how many there will be, as far as that is known
   * @param makeEngine is given the run's id
   * @param resultsPath folder of all results
   * @throws Error when it cannot be written to
   */
  constructor(plan: Plan, cellsPlanned: number, makeEngine: (run: string) => Engine, resultsPath: string) {
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
      cellsPlanned,
      options: optionsOf(plan),
      software: describeSoftware(),
      machine: describeMachine(),
    };
    this.folder = ResultsFolder.create(resultsPath, this.#manifest);
  }

  get isInterrupted(): boolean {
    return this.#interruption.signal.aborted;
  }

  /** Ends the current cell early; no other is to be started. A second call ends it at once. */
  interrupt(): void {
    if (this.isInterrupted) this.#current?.kill();
    else this.#current?.interrupt();
    this.#interruption.abort();
  }

  /**
   * Makes the engine ready, measures, and cleans up.
   *
   * @param work measures cells, with what this machine allows in mind
   * @returns how it ended; the manifest has it too
   */
  async measure(work: (machine: MachineLimits) => Promise<void>): Promise<Manifest["outcome"]> {
    let trouble: EngineTrouble | BadPlan | null = null;
    try {
      const machine = await this.#prepare();
      await work(machine);
    } catch (error) {
      if (!(error instanceof EngineTrouble || error instanceof BadPlan)) throw error;
      trouble = error;
    } finally {
      await this.#engine.close();
    }
    const outcome = this.isInterrupted ? "interrupted" : (trouble?.outcome ?? "complete");
    this.#write({
      finishedAt: new Date().toISOString(),
      outcome,
      trouble: outcome === "interrupted" ? null : (trouble?.message ?? null),
    });
    return outcome;
  }

  /**
   * Measures one cell and keeps it.
   *
   * @param watcher is told of its beginning and its end
   * @throws EngineTrouble when no further cell can be run, BadPlan when none makes sense
   */
  async runCell(cell: Cell, watcher: CellWatcher): Promise<CellResult> {
    watcher.begin(cell);
    const current = new CellRun(cell, this.folder.cellFolder(cell.id), this.#engine, this.#processors);
    this.#current = current;
    const result = await current.run();
    this.folder.writeCell(result);
    watcher.finish(result);
    if (current.trouble) throw current.trouble;
    if (current.mistake !== null) throw new BadPlan(current.mistake);
    return result;
  }

  /** The number of cells is known now. */
  planned(cells: number): void {
    this.#write({ cellsPlanned: cells });
  }

  async #prepare(): Promise<MachineLimits> {
    const machine = await readMachineLimits();
    warnOfShortages(this.#plan, machine);
    const images = await this.#engine.prepare(
      [...serversOf(this.#plan), "client"],
      this.#interruption.signal,
    );
    this.#write({ images });
    return machine;
  }

  #write(change: Partial<Manifest>): void {
    this.#manifest = { ...this.#manifest, ...change };
    this.folder.writeManifest(this.#manifest);
  }
}

/** A machine that is too small for the plan is measured all the same: where it ends is a result. */
function warnOfShortages(plan: Plan, machine: MachineLimits): void {
  const checks = preflight(needsOf(serversOf(plan), connectionsIn(plan)), machine);
  for (const sentence of shortages(checks)) process.stderr.write(`lab: ${sentence}\n`);
}

/** An app would not take an option of the plan: every other cell would end in the same way. */
class BadPlan extends Error {
  readonly outcome = "bad-plan";
}
