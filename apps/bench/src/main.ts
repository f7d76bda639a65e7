import { onStopSignal, parseCommandLine, type StopSignal, UsageError } from "@c10k-lab/cli";
import { EXIT } from "@c10k-lab/protocol";
import { probeWritable, writeFileDurably } from "@c10k-lab/stats";
import { BenchRun, type Cell } from "./bench-run.ts";
import { PROGRAM } from "./options.ts";
import { Progress } from "./progress.ts";
import { assertBuilt, divideProcessors, opponents } from "./servers.ts";
import { formatResults } from "./table.ts";

const options = parseCommandLine(PROGRAM, process.argv.slice(2));
process.exitCode = await main();

async function main(): Promise<number> {
  const sides = opponents(options.against);
  try {
    assertBuilt(options.servers, sides);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    return fail(isUsage ? EXIT.usage : EXIT.incomplete, (error as Error).message);
  }
  try {
    if (options.json !== undefined) probeWritable(options.json);
  } catch (error) {
    return fail(EXIT.unwritable, `cannot write --json ${options.json}: ${(error as Error).message}`);
  }
  return drive(new BenchRun(options, sides, divideProcessors()));
}

async function drive(bench: BenchRun): Promise<number> {
  let interruptedBy: StopSignal | undefined;
  onStopSignal((signal) => {
    interruptedBy ??= signal;
    bench.interrupt();
  });
  const progress = new Progress(options.servers.length * options.connections.length * options.rounds);
  let failure: Error | undefined;
  await bench
    .run((cell, pair) => progress.report(cell, pair))
    .catch((error) => {
      failure = error;
    });
  const isWritten = report(bench.cells, bench);
  if (interruptedBy) return interruptedBy === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
  if (failure) return fail(EXIT.incomplete, failure.message);
  return isWritten ? EXIT.ok : EXIT.unwritable;
}

/** Prints what was measured, also of a run that was cut short. @returns false when the file could not be written */
function report(cells: readonly Cell[], { sides, processors }: BenchRun): boolean {
  if (cells.some(({ pairs }) => pairs.length > 0)) {
    process.stdout.write(`${formatResults(cells, sides, processors !== null)}\n`);
  }
  if (options.json === undefined) return true;
  try {
    const names = { first: sides[0].name, second: sides[1].name };
    const content = { schema: "c10k-lab/bench/1", sides: names, options, processors, cells };
    writeFileDurably(options.json, `${JSON.stringify(content, null, 2)}\n`);
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
