import {
  bytes,
  choice,
  choices,
  flag,
  type OptionValues,
  onStopSignal,
  type StopSignal,
  text,
} from "@c10k-lab/cli";
import { EXIT, type LabResults, SERVERS } from "@c10k-lab/protocol";
import { DockerEngine } from "../engines/docker/docker-engine.ts";
import type { Engine } from "../engines/engine.ts";
import { ProcessEngine } from "../engines/process/process-engine.ts";
import type { Plan } from "../plan/plan.ts";
import type { MachineLimits } from "../preflight/machine-limits.ts";
import { printSummary, renderInto } from "../results/rendering.ts";
import { LabSession } from "../session/lab-session.ts";

const ENGINES = ["process", "docker"] as const;

/** Options of every command that measures. */
export const MEASURING_OPTIONS = {
  servers: choices(SERVERS, { describe: `which servers: ${SERVERS.join(",")} [default: the plan's]` }),
  engine: choice(ENGINES, {
    describe: "run the apps as processes of this machine, or in Docker containers on its network",
    default: "process",
  }),
  noBuild: flag("docker: take the images as they are; otherwise what has changed is built first"),
  memoryBytes: bytes({
    describe: "docker: memory a container may use, the kernel kills it above",
    default: "4GiB",
    min: 6 * 2 ** 20,
    noun: "enough memory for a container",
  }),
  results: text({ describe: "folder in which a new one is made for this run", default: "results" }),
} as const;

type MeasuringOptions = OptionValues<typeof MEASURING_OPTIONS>;

/** How one plan is measured. */
export interface Measurement {
  readonly plan: Plan;
  /** As far as it is known beforehand. */
  readonly cells: number;
  work(session: LabSession, machine: MachineLimits): Promise<void>;
  /** Whether all that was asked for has happened. */
  isWell(results: LabResults): boolean;
}

/** Measures a plan, prints what came of it and writes the report. @returns the exit code */
export async function measure(measurement: Measurement, options: MeasuringOptions): Promise<number> {
  const { plan, cells } = measurement;
  let session: LabSession;
  try {
    session = new LabSession(plan, cells, (run) => makeEngine(run, options), options.results);
  } catch (error) {
    process.stderr.write(`lab: cannot write to --results ${options.results}: ${(error as Error).message}\n`);
    return EXIT.unwritable;
  }
  return drive(session, measurement);
}

function makeEngine(run: string, { engine, noBuild, memoryBytes }: MeasuringOptions): Engine {
  if (engine === "process") return new ProcessEngine();
  return new DockerEngine(run, { build: !noBuild, memoryBytes });
}

async function drive(session: LabSession, { work, isWell }: Measurement): Promise<number> {
  let interruptedBy: StopSignal | undefined;
  onStopSignal((signal) => {
    if (!interruptedBy) process.stderr.write("\nlab: stopping; what was measured is kept\n");
    interruptedBy = signal;
    session.interrupt();
  });
  const outcome = await session.measure((machine) => work(session, machine));
  const results = await session.folder.read();
  if (outcome === "bad-plan") {
    process.stderr.write(`lab: ${results.manifest.plan}: ${results.manifest.trouble}\n`);
    return EXIT.usage;
  }
  printSummary(results);
  await renderInto(session.folder.path, [results]);
  if (interruptedBy) return interruptedBy === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
  if (results.manifest.trouble) process.stderr.write(`lab: ${results.manifest.trouble}\n`);
  return outcome === "complete" && isWell(results) ? EXIT.ok : EXIT.incomplete;
}
