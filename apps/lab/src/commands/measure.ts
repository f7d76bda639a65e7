import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  bytes,
  choice,
  choices,
  flag,
  kebab,
  type OptionValues,
  onStopSignal,
  type StopSignal,
  stopExitCode,
  text,
  UsageError,
} from "@c10k-lab/cli";
import { EXIT, type Manifest } from "@c10k-lab/protocol";
import { describeTrouble } from "@c10k-lab/words";
import type { Engine } from "../engines/engine.ts";
import { ProcessEngine } from "../engines/process/process-engine.ts";
import { SERVERS } from "../plan/contracts.ts";
import type { Plan } from "../plan/plan.ts";
import type { MachineLimits } from "../preflight/machine-limits.ts";
import { ResultsUnwritable } from "../results/results-folder.ts";
import { LabSession } from "../session/lab-session.ts";
import { meetOtherLabs } from "../session/other-labs.ts";
import { buildView } from "../watch/build-view.ts";
import type { LiveView } from "../watch/live-view.ts";
import type { WatchServer } from "../watch/watch-server.ts";
import { runReport } from "./report-commands.ts";

const ENGINES = ["process", "docker", "swarm", "remote"] as const;

/** Returns whether an engine's servers are on other machines, where the lab cannot count what a slice costs. */
export function measuresWhole(engine: (typeof ENGINES)[number]): boolean {
  return engine === "swarm" || engine === "remote";
}

/** Options of every command that measures. */
export const MEASURING_OPTIONS = {
  servers: choices(SERVERS, { describe: `servers: ${SERVERS.join(",")} [default: the plan's]` }),
  engine: choice(ENGINES, {
    describe:
      "start the apps as processes of this machine, in Docker containers on its network, or on the nodes of a Docker Swarm; remote: the servers on the engine of DOCKER_HOST or the Docker context, the clients here",
    default: "process",
  }),
  noBuild: flag("docker, swarm, remote: take the images as they are, do not build what has changed"),
  memoryBytes: bytes({
    describe: "docker, swarm, remote: memory of a container; the kernel kills it above",
    default: "4GiB",
    min: 6 * 2 ** 20,
    noun: "enough memory for a container",
  }),
  serverNode: text({
    describe: "swarm: name or id of the server's node [default: the manager that the lab asks]",
  }),
  clientNodes: text({
    describe:
      "swarm: nodes of the clients, which take turns: 'b,c' or 'node.labels.load==yes' [default: all but the server's]",
  }),
  serverAddress: text({
    describe:
      "swarm, remote: address to listen on, which lab and clients must reach [default: its node's in the swarm; the host in DOCKER_HOST]",
  }),
  watch: flag("serve a page on a port of this machine that grows while it is measured"),
  verbose: flag("print the table of all cells and every finding at the end, too"),
  results: text({ describe: "folder in which the experiment gets a folder of its own", default: "results" }),
} as const;

export type MeasuringOptions = OptionValues<typeof MEASURING_OPTIONS>;

/** A plan and the work that measures it. */
export interface Measurement {
  readonly plan: Plan;
  /** Number of repetitions, as far as it is known beforehand. */
  readonly cells: number;
  work(session: LabSession, machine: MachineLimits): Promise<void>;
  /** Returns what is known of searches that have ended, a sentence each; none where nothing is searched. */
  readonly ended?: () => readonly string[];
  /** Returns whether everything asked for has happened. */
  isWell(session: LabSession): boolean;
}

/** Measures a plan and has the report written. Returns the exit code. */
export async function measure(measurement: Measurement, options: MeasuringOptions): Promise<number> {
  const { plan, cells, work, ended = () => [] } = measurement;
  refuseNodesWithoutSwarm(options);
  const makeEngine = await loadEngine(options);
  let session: LabSession;
  try {
    session = new LabSession(plan, cells, makeEngine, pathOfResults(options));
  } catch (error) {
    return fail(EXIT.unwritable, `cannot write to --results ${options.results}: ${(error as Error).message}`);
  }
  let interruptedBy: StopSignal | undefined;
  onStopSignal((signal) => {
    if (!interruptedBy) process.stderr.write("\nlab: stopping; what was measured is kept\n");
    interruptedBy = signal;
    session.interrupt();
  });
  warnOfOtherLabs(options.engine);
  const watch = await openWatch(options.watch, session, (isFinished) =>
    buildView(plan, session, ended(), isFinished),
  );
  try {
    const end = await session.measure((machine) => work(session, machine));
    const exitCode = await conclude(measurement, session, end, options);
    return interruptedBy ? stopExitCode(interruptedBy) : exitCode;
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    return await failUnwritable(session, error);
  } finally {
    await watch?.close();
  }
}

/** Reports a folder that took no more results; the report is made of those that it has. */
async function failUnwritable({ folder }: LabSession, { message }: Error): Promise<number> {
  fail(EXIT.unwritable, `results could not be written: ${message}`);
  if (existsSync(join(folder.path, "manifest.json"))) await runReport(["report", folder.path]);
  return EXIT.unwritable;
}

/** Has the report of a measured plan written. Returns the exit code of an experiment that was not interrupted. */
async function conclude(
  { plan, isWell }: Measurement,
  session: LabSession,
  { outcome, trouble }: Manifest,
  { verbose }: MeasuringOptions,
): Promise<number> {
  const { folder } = session;
  if (folder.linkError !== null) tell(`there is no link 'latest': ${folder.linkError.message}`);
  if (outcome === "bad-plan" && trouble) return fail(EXIT.usage, `${plan.name}: ${describeTrouble(trouble)}`);
  const reportExit = await runReport(["report", folder.path, ...(verbose ? ["--verbose"] : [])]);
  if (trouble) tell(describeTrouble(trouble));
  if (reportExit !== EXIT.ok) return reportExit;
  return outcome === "complete" && isWell(session) ? EXIT.ok : EXIT.incomplete;
}

function fail(exitCode: number, message: string): number {
  tell(message);
  return exitCode;
}

function tell(message: string): void {
  process.stderr.write(`lab: ${message}\n`);
}

/** Returns a path that the programs which the lab starts do not take for an option. */
function pathOfResults({ results }: MeasuringOptions): string {
  return results.startsWith("-") ? resolve(results) : results;
}

function warnOfOtherLabs(engine: MeasuringOptions["engine"]): void {
  // The nodes of a swarm are other machines.
  if (engine === "swarm") return;
  meetOtherLabs((pid) => {
    tell(`another lab measures on this machine, process ${pid}: each takes processor time from the other`);
  });
}

/** @throws UsageError when an option of other machines is given with an engine of this one */
function refuseNodesWithoutSwarm({ engine, ...options }: MeasuringOptions): void {
  if (engine === "swarm") return;
  const given = (["serverNode", "clientNodes"] as const).find((name) => options[name] !== undefined);
  if (given !== undefined) {
    throw new UsageError(`--${kebab(given)} needs --engine swarm`);
  }
  if (options.serverAddress !== undefined && engine !== "remote") {
    throw new UsageError("--server-address needs --engine swarm or remote");
  }
}

/** Opens the page of an experiment, or says on a terminal that there could be one. */
async function openWatch(
  isWanted: boolean,
  { folder }: LabSession,
  view: (isFinished: boolean) => LiveView,
): Promise<WatchServer | undefined> {
  if (!isWanted) {
    if (process.stderr.isTTY) tell("--watch shows it in a browser while it is measured");
    return undefined;
  }
  const { WatchServer } = await import("../watch/watch-server.ts");
  const server = await WatchServer.open(folder.path, view);
  tell(`watch it at ${server.address}`);
  return server;
}

/** Returns whether an error is that of a file below the results folder: a result, a log, a folder of a cell. */
function isUnwritable(error: unknown): error is Error {
  return error instanceof ResultsUnwritable || (error as NodeJS.ErrnoException).syscall === "open";
}

/** Loads dockerode's 300 modules only for containers: they are half of the CPU time of a start. */
async function loadEngine(options: MeasuringOptions): Promise<(run: string) => Engine> {
  const { engine, noBuild, memoryBytes } = options;
  if (engine === "process") return () => new ProcessEngine();
  if (engine !== "remote") {
    const { nameEngine } = await import("../engines/docker/engine-address.ts");
    nameEngine();
  }
  if (engine === "swarm") {
    const { SwarmEngine } = await import("../engines/swarm/swarm-engine.ts");
    const nodes = {
      server: options.serverNode,
      clients: options.clientNodes,
      address: options.serverAddress,
    };
    return (run) => new SwarmEngine(run, { build: !noBuild, memoryBytes, nodes });
  }
  if (engine === "remote") {
    const { findEngine } = await import("../engines/remote/find-engine.ts");
    const address = findEngine(options.serverAddress);
    const { RemoteEngine } = await import("../engines/remote/remote-engine.ts");
    return (run) => new RemoteEngine(run, { build: !noBuild, memoryBytes, address });
  }
  const { DockerEngine } = await import("../engines/docker/docker-engine.ts");
  return (run) => new DockerEngine(run, { build: !noBuild, memoryBytes });
}
