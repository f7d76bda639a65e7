import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { mainOf, type Outcome, TestProgram } from "@c10k-lab/process/testing";
import { ClientSummary } from "@c10k-lab/protocol";

/** A line of progress, which a client writes every few seconds: how many come depends on the machine. */
const PROGRESS = /^connected .* of .* messages\/s .*\n/gm;

/** Outcome and result files of a client that ran as its own process. Its stderr is without lines of progress. */
export interface ClientResult extends Outcome {
  /** Rows sorted by the number of the connection; the file has them in the order of their ends. */
  rows(): Promise<Record<string, string>[]>;
  summary(): ClientSummary;
}

interface RunOptions {
  /** Start of the command line; the client of this checkout by default. */
  readonly command?: readonly string[];
  /** Arguments that replace --stats and --summary in a new folder. */
  readonly files?: readonly string[];
  /** Longest time of the client, ms [default: that of a TestProgram]. */
  readonly boundMs?: number;
  /** Runs beside the client; its argument sends a signal. */
  readonly whileRunning?: (signal: (name: NodeJS.Signals) => void) => Promise<void>;
}

export async function runClient(args: readonly string[], options: RunOptions = {}): Promise<ClientResult> {
  const folder = mkdtempSync(join(tmpdir(), "c10k-client-"));
  const own = ["--stats", join(folder, "rows.csv"), "--summary", join(folder, "summary.json")];
  const [program = mainOf("client"), ...before] = options.command ?? [];
  const client = new TestProgram({ program, args: [...before, ...(options.files ?? own), ...args] });
  await options.whileRunning?.((name) => client.signal(name));
  return {
    ...withoutProgress(await client.outcome(options.boundMs)),
    rows: async () =>
      (await readCsv(join(folder, "rows.csv"))).rows.sort(
        (a, b) => Number(a.connection) - Number(b.connection),
      ),
    summary: () => ClientSummary.parse(JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"))),
  };
}

export function withoutProgress(outcome: Outcome): Outcome {
  return { ...outcome, stderr: outcome.stderr.replaceAll(PROGRESS, "") };
}
