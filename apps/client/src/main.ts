import { onStopSignal, parseCommandLine, type StopSignal, stopExitCode, UsageError } from "@c10k-lab/cli";
import type { CsvFile } from "@c10k-lab/files/csv-file";
import { endWithParent } from "@c10k-lab/posix";
import type { ClientSummary } from "@c10k-lab/protocol";
import { CLIENT_COLUMNS } from "@c10k-lab/protocol/columns";
import { EXIT } from "@c10k-lab/protocol/names";
import { contract } from "./contract.ts";
import { LabLink } from "./control/lab-link.ts";
import { LoadRun } from "./load/load-run.ts";
import { type FoundTarget, findTarget, NoTarget } from "./load/target.ts";
import { Progress } from "./output/progress.ts";
import { claimPaths, type ResultPaths, writeSummary } from "./output/results-files.ts";
import { describeFailure, describeLateness, describeShortages } from "./output/warnings.ts";
import { resolveWorkload, type Workload } from "./workload/workload.ts";

const options = await parseCommandLine(contract, process.argv.slice(2));
if (options.exitWithParent) endWithParent();
process.exitCode = await main();

async function main(): Promise<number> {
  let workload: Workload;
  let found: FoundTarget;
  let paths: ResultPaths;
  let run: LoadRun;
  try {
    workload = resolveWorkload(options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return fail(EXIT.usage, `${error.message} (see --help)`);
  }
  if (workload.io === "uring") {
    // Loaded on demand: most loads have no ring.
    const { explainRing } = await import("./io/ring-of-client.ts");
    const missing = explainRing();
    if (missing !== null) return fail(EXIT.incomplete, missing);
  }
  try {
    found = await findTarget(options.host, options.port, workload.source !== null);
  } catch (error) {
    if (!(error instanceof NoTarget)) throw error;
    return fail(EXIT.incomplete, error.message);
  }
  try {
    paths = claimPaths(options);
    run = new LoadRun(workload, found.target, await createRows(paths.stats));
  } catch (error) {
    return fail(EXIT.unwritable, `results cannot be written: ${(error as Error).message}`);
  }
  for (const shortage of describeShortages(workload)) print(shortage);
  return drive(run, workload, found, paths);
}

async function drive(
  run: LoadRun,
  workload: Workload,
  found: FoundTarget,
  paths: ResultPaths,
): Promise<number> {
  let stopSignal: StopSignal | undefined;
  onStopSignal((signal, isSecond) => {
    if (isSecond) process.exit(stopExitCode(signal));
    stopSignal = signal;
    run.interrupt();
  });
  const progress = new Progress(run.results, workload.connections);
  await progress.start();
  const link = options.control === undefined ? null : new LabLink(options.control, run);
  void link?.follow();
  const gate = options.gate === undefined ? null : new LabLink(options.gate, run);
  void gate?.awaitWord();
  const result = await run.run();
  gate?.close();
  progress.stop();
  // The summary is the work of libraries that need not be loaded before the load, as is the table below.
  const { summarize } = await import("./output/summary.ts");
  const summary = summarize(found.target, options, workload, run.results, result);
  const exitCode = await writeResults(run, paths, summary);
  const lateness = describeLateness(summary);
  if (lateness !== null) print(lateness);
  if (link === null) {
    const { formatSummary } = await import("./output/summary-table.ts");
    process.stdout.write(`${formatSummary(summary)}\n`);
  }
  if (stopSignal !== undefined) return stopExitCode(stopSignal);
  const failure = describeFailure(summary, found);
  return exitCode === EXIT.ok && failure !== null ? fail(EXIT.incomplete, failure) : exitCode;
}

/** Writes the last rows and the summary. Returns the exit code. */
async function writeResults(run: LoadRun, paths: ResultPaths, summary: ClientSummary): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    await run.finish();
  } catch (error) {
    exitCode = fail(EXIT.unwritable, `rows could not be written: ${(error as Error).message}`);
  }
  try {
    writeSummary(paths, summary);
  } catch (error) {
    exitCode = fail(EXIT.unwritable, `the summary could not be written: ${(error as Error).message}`);
  }
  return exitCode;
}

/** Creates the file of rows, if a path was given. @throws Error when that is not possible */
async function createRows(path: string | undefined): Promise<CsvFile | undefined> {
  if (path === undefined) return undefined;
  const { CsvFile } = await import("@c10k-lab/files/csv-file");
  return CsvFile.create(path, CLIENT_COLUMNS);
}

function fail(code: number, message: string): number {
  print(message);
  return code;
}

function print(message: string): void {
  process.stderr.write(`client: ${message}\n`);
}
