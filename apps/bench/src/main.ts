import { onStopSignal, parseCommandLine, type StopSignal, stopExitCode, UsageError } from "@c10k-lab/cli";
import { probeWritable, writeFileDurably } from "@c10k-lab/files";
import { divideProcessors } from "@c10k-lab/process";
import { EXIT } from "@c10k-lab/protocol";
import { ClientComparison } from "./comparison/client-comparison.ts";
import type { Comparison } from "./comparison/comparison.ts";
import { startProgress } from "./comparison/progress.ts";
import { ServerComparison } from "./comparison/server-comparison.ts";
import { PROGRAM } from "./options.ts";
import { C_CLIENT } from "./processes/load-client.ts";
import { chooseScenes } from "./processes/scene.ts";
import { assertBuilt, chooseSides, programsOf } from "./processes/servers.ts";
import { proveBurns } from "./truth/burn-table.ts";
import { proveTruth } from "./truth/simulated-table.ts";

/** Time of each study of servers whose cost is known, unless --duration says otherwise. */
const BURN_STUDY_MS = 90_000;

const options = await parseCommandLine(PROGRAM, process.argv.slice(2));
process.exitCode = await main();

async function main(): Promise<number> {
  if (options.truth) return options.real ? printBurns() : printTruth();
  if (options.real) return fail(EXIT.usage, "--real goes with --truth (see --help)");
  let comparison: Comparison<unknown>;
  try {
    comparison = options.clients ? compareClients() : compareServers();
  } catch (error) {
    const isUsage = error instanceof UsageError;
    return fail(isUsage ? EXIT.usage : EXIT.incomplete, (error as Error).message);
  }
  try {
    if (options.json !== undefined) probeWritable(options.json);
  } catch (error) {
    return fail(EXIT.unwritable, `cannot write --json ${options.json}: ${(error as Error).message}`);
  }
  return drive(comparison);
}

function printTruth(): number {
  const { text, holds } = proveTruth((description) => process.stderr.write(`${description}\n`));
  process.stdout.write(`${text}\n`);
  return holds ? EXIT.ok : EXIT.incomplete;
}

async function printBurns(): Promise<number> {
  const stop = new AbortController();
  const stopped = stopAtSignal(() => stop.abort());
  try {
    const budgetMs = options.durationMs ?? BURN_STUDY_MS;
    const onStudy = (description: string) => process.stderr.write(`${description}\n`);
    const { text, holds } = await proveBurns(onStudy, budgetMs, stop.signal);
    process.stdout.write(`${text}\n`);
    return holds ? EXIT.ok : EXIT.incomplete;
  } catch (error) {
    return stopped() ?? fail(EXIT.incomplete, (error as Error).message);
  }
}

/** Calls `stop` at each stop signal. @returns tells the exit code of the first one; undefined while there was none */
function stopAtSignal(stop: () => void): () => number | undefined {
  let first: StopSignal | undefined;
  onStopSignal((signal) => {
    first ??= signal;
    stop();
  });
  return () => first && stopExitCode(first);
}

/** @throws UsageError or Error, see `assertBuilt` */
function compareServers(): ServerComparison {
  for (const [name, value] of Object.entries({ think: options.thinkMs, rate: options.rate })) {
    if (value !== undefined) throw new UsageError(`--${name} goes with --clients (see --help)`);
  }
  if (options.quick && !options.table) throw new UsageError("--quick goes with --table (see --help)");
  const sides = chooseSides(options.against);
  const scenes = chooseScenes(options);
  assertBuilt(programsOf(scenes, sides));
  return new ServerComparison(options, scenes, sides, divideProcessors());
}

/** @throws UsageError or Error, see `assertBuilt` */
function compareClients(): ClientComparison {
  if (options.against !== undefined) throw new UsageError("--against and --clients exclude each other");
  const [native, checkout] = chooseSides(undefined);
  const side = options.servers === undefined ? native : checkout;
  const scenes = chooseScenes(options);
  assertBuilt([C_CLIENT.program, ...programsOf(scenes, [side])]);
  return new ClientComparison(options, scenes, side, divideProcessors());
}

async function drive(comparison: Comparison<unknown>): Promise<number> {
  const stopped = stopAtSignal(() => comparison.interrupt());
  let failure: Error | undefined;
  await comparison.run(startProgress(comparison.pairs)).catch((error) => {
    failure = error;
  });
  const isWritten = printResults(comparison);
  const exitCode = stopped() ?? (failure && fail(EXIT.incomplete, failure.message));
  if (exitCode !== undefined) return exitCode;
  const verdict = comparison.verdict();
  if (verdict) process.stdout.write(`${verdict.words}\n`);
  if (!isWritten) return EXIT.unwritable;
  return verdict?.agrees === false ? EXIT.incomplete : EXIT.ok;
}

/** Prints and writes the pairs measured so far. @returns false when the file could not be written */
function printResults(comparison: Comparison<unknown>): boolean {
  const table = comparison.format();
  if (table !== null) process.stdout.write(`${table}\n`);
  if (options.json === undefined) return true;
  try {
    writeFileDurably(options.json, `${JSON.stringify(comparison.toJson(), null, 2)}\n`);
    return true;
  } catch (error) {
    fail(EXIT.unwritable, `cannot write --json ${options.json}: ${(error as Error).message}`);
    return false;
  }
}

function fail(code: number, message: string): number {
  process.stderr.write(`bench: ${message}\n`);
  return code;
}
