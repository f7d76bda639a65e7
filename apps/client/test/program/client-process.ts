import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { ClientSummary } from "@c10k-lab/protocol";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

/** A run of the client as its own process, and what it left behind. */
export interface ClientResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** In the order of the connections' numbers; in the file they are in the order they ended. */
  rows(): Promise<Record<string, string>[]>;
  summary(): ClientSummary;
}

interface RunOptions {
  /** Replaces --stats and --summary in a folder of the run's own. */
  readonly files?: readonly string[];
  /** Gets a function that sends a signal. */
  readonly whileRunning?: (signal: (name: NodeJS.Signals) => void) => Promise<void>;
}

export async function runClient(args: readonly string[], options: RunOptions = {}): Promise<ClientResult> {
  const folder = mkdtempSync(join(tmpdir(), "c10k-client-"));
  const own = ["--stats", join(folder, "rows.csv"), "--summary", join(folder, "summary.json")];
  const child = spawn(process.execPath, [MAIN, ...(options.files ?? own), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.stderr += chunk;
  });
  const closed = once(child, "close");
  await options.whileRunning?.((name) => child.kill(name));
  const [code] = await closed;
  return {
    code,
    ...output,
    rows: async () =>
      (await readCsv(join(folder, "rows.csv"))).rows.sort(
        (a, b) => Number(a.connection) - Number(b.connection),
      ),
    summary: () => ClientSummary.parse(JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"))),
  };
}
