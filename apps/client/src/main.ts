import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { onStopSignal, parseCommandLine, type StopSignal, UsageError } from "@c10k-lab/cli";
import { probeWritable, writeFileDurably } from "@c10k-lab/files";
import { fileDescriptorLimit, formatAddress, posix } from "@c10k-lab/posix";
import { type ClientSummary, EXIT, OUTCOMES } from "@c10k-lab/protocol";
import { contract } from "./contract.ts";
import { LoadRun, type Target } from "./load/load-run.ts";
import { Progress } from "./output/progress.ts";
import { claimPaths, type ResultPaths } from "./output/result-paths.ts";
import { summarize } from "./output/summary.ts";
import { formatSummary } from "./output/summary-table.ts";
import { resolveWorkload, type Workload } from "./workload/workload.ts";

/** Descriptors the process needs beside its connections. */
const OWN_DESCRIPTORS = 40;
/** A beginning later than this is worth a sentence: it is more than a scheduler's usual delay. */
const START_LAG_MS = 10;

const options = parseCommandLine(contract, process.argv.slice(2));
if (options.exitWithParent) posix.prctl_set_pdeathsig(posix.SIGTERM);
process.exitCode = await main();

async function main(): Promise<number> {
  let workload: Workload;
  let target: Target;
  let run: LoadRun;
  try {
    workload = resolveWorkload(options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return fail(EXIT.usage, `${error.message} (see --help)`);
  }
  try {
    target = { host: (await lookup(options.host)).address, port: options.port };
  } catch {
    return fail(EXIT.incomplete, `the host '${options.host}' is not known`);
  }
  let paths: ResultPaths;
  try {
    paths = claimPaths(options);
    if (paths.summary !== undefined) probeWritable(paths.summary);
    run = new LoadRun(workload, target, paths.stats);
  } catch (error) {
    return fail(EXIT.unwritable, `results cannot be written: ${(error as Error).message}`);
  }
  warnOfDescriptors(workload.connections);
  warnOfPorts(workload);
  return drive(run, workload, target, paths);
}

async function drive(run: LoadRun, workload: Workload, target: Target, paths: ResultPaths): Promise<number> {
  let interruptedBy: StopSignal | undefined;
  onStopSignal((signal, isSecond) => {
    if (isSecond) process.exit(exitCodeOf(signal));
    interruptedBy = signal;
    run.interrupt();
  });
  const progress = new Progress(run.results, workload.connections);
  progress.start();
  const result = await run.run();
  progress.stop();
  const summary = summarize(target, options, workload, run.results, result);
  warnOfLateness(summary);
  process.stdout.write(`${formatSummary(summary)}\n`);
  const isWritten = await write(run, summary, paths);
  if (interruptedBy) return exitCodeOf(interruptedBy);
  if (!isWritten) return EXIT.unwritable;
  return verdict(summary, target);
}

function verdict({ achieved, asked, outcomes }: ClientSummary, target: Target): number {
  if (achieved.completed === asked.connections) return EXIT.ok;
  if (outcomes.refused === asked.connections || outcomes["self-connect"] > 0) {
    return fail(EXIT.incomplete, `no server listens on ${formatAddress(target)}`);
  }
  const failed = asked.connections - achieved.completed;
  const reasons = OUTCOMES.filter((name) => name !== "ok" && outcomes[name] > 0);
  const why = reasons.map((name) => `${outcomes[name]} ${name}`).join(", ");
  return fail(EXIT.incomplete, `${failed} of ${asked.connections} connections failed: ${why}`);
}

async function write(run: LoadRun, summary: ClientSummary, paths: ResultPaths): Promise<boolean> {
  try {
    await run.finish();
    if (paths.summary !== undefined) {
      writeFileDurably(paths.summary, `${JSON.stringify(summary, null, 2)}\n`);
    }
    return true;
  } catch (error) {
    fail(EXIT.unwritable, `results could not be written: ${(error as Error).message}`);
    return false;
  }
}

function warnOfDescriptors(connections: number): void {
  const most = fileDescriptorLimit() - OWN_DESCRIPTORS;
  if (connections <= most) return;
  process.stderr.write(
    `client: this process may hold about ${most} connections, ${connections} are asked for: raise 'ulimit -n' or run several\n`,
  );
}

/** One address has so many ports for connections to one server, ip(7). */
function warnOfPorts({ connections, source }: Workload): void {
  const range = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
  const [first = 0, last = 0] = range.trim().split(/\s+/).map(Number);
  const most = (last - first + 1) * (source?.count ?? 1);
  if (connections <= most) return;
  process.stderr.write(
    `client: there are ${most} local ports, ${connections} are asked for: widen net.ipv4.ip_local_port_range or give more addresses with --source\n`,
  );
}

function warnOfLateness({ achieved: { startLagMs } }: ClientSummary): void {
  if (startLagMs === null || startLagMs <= START_LAG_MS) return;
  process.stderr.write(`client: messages began ${Math.round(startLagMs)} ms after --start-at\n`);
}

function exitCodeOf(signal: StopSignal): number {
  return signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
}

function fail(code: number, message: string): number {
  process.stderr.write(`client: ${message}\n`);
  return code;
}
