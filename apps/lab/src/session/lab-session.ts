import { ClockReader, divideProcessors, type Processors } from "@c10k-lab/process";
import type { Findings, Manifest, RepetitionResult, Trouble, Unmeasured } from "@c10k-lab/protocol";
import { describeHolding, type Holding } from "@c10k-lab/words";
import { sampleCalls } from "../cell/call-sample.ts";
import { CellRun } from "../cell/cell-run.ts";
import { type Engine, EngineTrouble } from "../engines/engine.ts";
import { labTime } from "../evidence/lab-time.ts";
import { findAnswers, type PlanOrder } from "../findings/find-answers.ts";
import type { Cell } from "../plan/cells.ts";
import { foreignServersOf, ownServersOf, type Plan } from "../plan/plan.ts";
import { holdingsOf } from "../preflight/holdings.ts";
import { type MachineLimits, readMachineLimits } from "../preflight/machine-limits.ts";
import { needsOf } from "../preflight/needs.ts";
import { preflight } from "../preflight/preflight.ts";
import { shortages } from "../preflight/preflight-text.ts";
import { scenesOf } from "../preflight/scenes.ts";
import { ResultsFolder } from "../results/results-folder.ts";
import { Stand } from "../slices/stand.ts";
import { beginManifest, outcomeOf } from "./experiment-manifest.ts";

/** Receives the beginning and the end of each cell. */
export interface CellWatcher {
  begin(cell: Cell): void;
  finish(result: RepetitionResult): void;
}

/** A lab that is killed leaves the answers of all but its last cells. */
const FINDINGS_EVERY_MS = 30_000;

/** The measuring of a plan, however its cells are chosen. Measured cells are on disk at once. */
export class LabSession {
  readonly folder: ResultsFolder;
  readonly #plan: Plan;
  readonly #engine: Engine;
  readonly #interruption = new AbortController();
  readonly #repetitions: RepetitionResult[] = [];
  /** null where the apps run on other machines: each has its processors for itself. */
  readonly #processors: Processors | null;
  #reader: ClockReader | null = null;
  #manifest: Manifest;
  /** Answers of this many repetitions: finding them takes up to a second. */
  #found = { repetitions: -1, findings: findAnswers({ name: "", variants: [] }, []) };
  #findingsWrittenMs = performance.now();
  #unmeasured: readonly Unmeasured[] = [];
  /** Repetitions under way: one, or those of all variants that are up together. */
  #current: readonly CellRun[] = [];

  /**
   * @param cellsPlanned how many there will be, as far as that is known
   * @param makeEngine is given the run's id
   * @param resultsPath folder of all results
   * @throws Error when it cannot be written to
   */
  constructor(plan: Plan, cellsPlanned: number, makeEngine: (run: string) => Engine, resultsPath: string) {
    const startedAt = labTime();
    const run = `${startedAt.slice(0, 19).replaceAll(":", "-")}-${plan.name}-${process.pid}`;
    this.#plan = plan;
    this.#engine = makeEngine(run);
    this.#processors = this.#engine.remote ? null : divideProcessors();
    this.#manifest = beginManifest(plan, {
      experiment: run,
      engine: this.#engine.name,
      startedAt,
      cellsPlanned,
    });
    this.folder = ResultsFolder.create(resultsPath, this.#manifest);
  }

  /** Everything measured so far, in order. */
  get repetitions(): readonly RepetitionResult[] {
    return this.#repetitions;
  }

  /** Answers of everything measured so far. */
  get findings(): Findings {
    const { length } = this.#repetitions;
    if (this.#found.repetitions !== length) {
      // A search chooses its loads until they fail: its cells answer no question of their own.
      const measured = this.#plan.search === null ? this.#repetitions : [];
      this.#found = { repetitions: length, findings: findAnswers(orderOf(this.#plan), measured) };
    }
    return { ...this.#found.findings, unmeasured: [...this.#unmeasured] };
  }

  /** Answers of everything measured so far, and of the slices of the starts under way. */
  get liveFindings(): Findings {
    if (this.#plan.search !== null) return this.findings;
    const kept = new Set(this.#repetitions.map(({ id }) => id));
    const growing = this.#current.flatMap((run) => run.soFar ?? []).filter(({ id }) => !kept.has(id));
    if (growing.length === 0) return this.findings;
    return findAnswers(orderOf(this.#plan), [...this.#repetitions, ...growing]);
  }

  get isInterrupted(): boolean {
    return this.#interruption.signal.aborted;
  }

  /** Ends the current cell early; no other is to be started. A second call ends it at once. */
  interrupt(): void {
    for (const run of this.#current) {
      if (this.isInterrupted) run.kill();
      else run.interrupt();
    }
    this.#interruption.abort();
  }

  /**
   * Makes the engine ready, measures, and cleans up.
   *
   * @param work measures cells, with what this machine allows in mind
   * @returns the manifest, with how it ended
   */
  async measure(work: (machine: MachineLimits) => Promise<void>): Promise<Manifest> {
    let trouble: Trouble | null = null;
    try {
      const machine = await this.#prepare();
      await work(machine);
    } catch (error) {
      if (!(error instanceof EngineTrouble)) throw error;
      trouble = error.fact;
    } finally {
      await this.#reader?.stop();
      await this.#engine.close();
    }
    this.#writeFindings();
    const outcome = this.isInterrupted ? "interrupted" : outcomeOf(trouble);
    this.#write({
      finishedAt: labTime(),
      outcome,
      trouble: outcome === "interrupted" ? null : trouble,
    });
    return this.#manifest;
  }

  /**
   * Measures one cell and keeps it.
   *
   * @param watcher receives its beginning and its end
   * @throws EngineTrouble when no further cell can be run, or none makes sense
   */
  async runCell(cell: Cell, watcher: CellWatcher): Promise<RepetitionResult> {
    watcher.begin(cell);
    const run = this.#prepareRun(cell, null);
    this.#current = [run];
    const result = await this.#addCalls(cell, await run.run());
    this.#keep(result);
    if (performance.now() - this.#findingsWrittenMs > FINDINGS_EVERY_MS) this.#writeFindings();
    watcher.finish(result);
    throwTroubles([run]);
    return result;
  }

  /**
   * Measures cells whose variants are up together, and keeps them.
   *
   * @param work directs the stands while they are up
   * @returns their repetitions; those that had time for a slice
   * @throws EngineTrouble when no further cell can be run, or none makes sense
   */
  async runTogether(
    cells: readonly Cell[],
    work: (stands: Stand[]) => Promise<void>,
  ): Promise<readonly RepetitionResult[]> {
    const reader = await this.#startReader();
    const stands = cells.map((cell) => new Stand(cell, this.#processors, reader));
    const runs = stands.map((stand) => this.#prepareRun(stand.cell, stand));
    this.#current = runs;
    const results = Promise.all(runs.map((run) => run.run()));
    results.catch(() => {}); // Awaited below: until then a failure is not an unhandled rejection.
    try {
      await work(stands);
    } finally {
      for (const stand of stands) stand.release();
    }
    const all = await results;
    for (const { cell, isGivenUp } of stands) if (isGivenUp) this.folder.removeCell(cell.id);
    const measured = all.filter((_, index) => !stands[index]?.isGivenUp);
    for (const result of measured) this.#keep(result);
    this.#writeFindings();
    throwTroubles(runs);
    return measured;
  }

  /** Returns the reader of clocks on the servers' processor; null when they are not pinned. */
  async #startReader(): Promise<ClockReader | null> {
    const [processor] = this.#processors?.server ?? [];
    if (processor !== undefined) this.#reader ??= await ClockReader.start(processor);
    return this.#reader;
  }

  #prepareRun(cell: Cell, stand: Stand | null): CellRun {
    return new CellRun(cell, this.folder.cellFolder(cell.id), this.#engine, this.#processors, stand);
  }

  /** Adds the system calls of a foreign server. Their number a message does not change from start to start. */
  async #addCalls(cell: Cell, result: RepetitionResult): Promise<RepetitionResult> {
    if (cell.repetition > 1 || result.status !== "ok" || this.isInterrupted) return result;
    const folder = this.folder.cellFolder(cell.id);
    const { signal } = this.#interruption;
    const where = { folder, engine: this.#engine, processors: this.#processors, signal };
    const calls = await sampleCalls(cell, where);
    return { ...result, evidence: { ...result.evidence, ...calls } };
  }

  #keep(result: RepetitionResult): void {
    this.folder.writeCell(result);
    this.#repetitions.push(result);
  }

  #writeFindings(): void {
    this.folder.writeFindings(this.findings);
    this.#findingsWrittenMs = performance.now();
  }

  /** Keeps the loads that had no start: the findings name them. */
  leaveOut(unmeasured: readonly Unmeasured[]): void {
    this.#unmeasured = unmeasured;
  }

  /** The number of cells is known now. */
  planned(cells: number): void {
    this.#write({ cellsPlanned: cells });
  }

  async #prepare(): Promise<MachineLimits> {
    const machine = await readMachineLimits();
    if (!this.#engine.remote) warnOfShortages(this.#plan, machine);
    const images = await this.#engine.prepare(
      [...ownServersOf(this.#plan), "client"],
      imagesOf(this.#plan),
      this.#interruption.signal,
    );
    this.#write({ images, nodes: [...(this.#engine.remote?.nodes ?? [])] });
    return machine;
  }

  #write(change: Partial<Manifest>): void {
    this.#manifest = { ...this.#manifest, ...change };
    this.folder.writeManifest(this.#manifest);
  }
}

function imagesOf(plan: Plan): string[] {
  const images = [...foreignServersOf(plan).values()].flatMap((one) =>
    one.kind === "image" ? [one.image] : [],
  );
  return [...new Set(images)];
}

function orderOf({ name, groups }: Plan): PlanOrder {
  const variants = groups.flatMap((group) => group.variants.map((variant) => variant.name));
  return { name, variants: [...new Set(variants)] };
}

/** @throws EngineTrouble that one of the repetitions met */
function throwTroubles(runs: readonly CellRun[]): void {
  const trouble = runs.map((run) => run.trouble ?? run.mistake).find((one) => one !== null);
  if (trouble) throw new EngineTrouble(trouble);
}

/** Warns, but does not stop: the point where a small machine fails is a result. */
function warnOfShortages(plan: Plan, machine: MachineLimits): void {
  const scenes = scenesOf(plan);
  const sentences = [
    ...shortages(preflight(needsOf(scenes), machine)),
    ...holdingsOf(scenes, machine).filter(isMachines).map(describeHolding),
  ];
  for (const sentence of sentences) process.stderr.write(`lab: ${sentence}\n`);
}

/** A limit that the plan itself sets is what it asks about. */
function isMachines({ limit }: Holding): boolean {
  return !limit.startsWith("--");
}
