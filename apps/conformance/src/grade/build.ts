import { spawn } from "node:child_process";
import { describeExit, type LimitName, limitOf, type ProcessTree } from "@c10k-lab/conformance/suite";
import { callAfter, type Exit } from "@c10k-lab/process";

const OUTPUT_KEPT = 2000;

export interface BuildFailure {
  /** One sentence. */
  readonly reason: string;
  /** Limit that ended it, where the signal names one. */
  readonly limit: LimitName | null;
}

/**
 * Runs the build of a submission.
 *
 * @param processes all processes of the submission, which are killed when the build is over
 * @returns why it failed; null when it succeeded
 */
export async function build(
  command: string,
  processes: ProcessTree,
  environment: NodeJS.ProcessEnv,
  timeoutMs: number,
): Promise<BuildFailure | null> {
  const child = spawn("/bin/sh", ["-c", command], {
    stdio: ["ignore", "pipe", "pipe"],
    env: environment,
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-OUTPUT_KEPT);
    });
  }
  let isLate = false;
  const cancel = callAfter(timeoutMs, () => {
    isLate = true;
    void processes.kill();
  });
  const exit = await new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: null, signal: null }));
  });
  cancel();
  await processes.kill();
  if (!isLate && exit.code === 0) return null;
  const last = lastLine(output);
  const what = isLate ? `did not end within ${timeoutMs} ms` : `ended with ${describeExit(exit)}`;
  return { reason: `the build ${what}${last && `: ${last}`}`, limit: isLate ? null : limitOf(exit) };
}

function lastLine(output: string): string {
  const lines = output.trimEnd().split("\n");
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? "").slice(0, 300);
}
