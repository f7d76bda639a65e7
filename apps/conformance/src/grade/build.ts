import { spawn } from "node:child_process";
import { describeExit, type ProcessTree } from "@c10k-lab/conformance/suite";
import { callAfter } from "@c10k-lab/process";

const OUTPUT_KEPT = 2000;

/**
 * Runs the build of a submission.
 *
 * @param processes all processes of the submission, which are killed when the build is over
 * @returns the reason why it failed, one sentence; null when it succeeded
 */
export async function build(
  command: string,
  processes: ProcessTree,
  environment: NodeJS.ProcessEnv,
  timeoutMs: number,
): Promise<string | null> {
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
  const exit = await new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: null, signal: null }));
  });
  cancel();
  await processes.kill();
  if (isLate) return `the build did not end within ${timeoutMs} ms`;
  if (exit.code === 0) return null;
  const last = lastLine(output);
  return `the build ended with ${describeExit(exit)}${last && `: ${last}`}`;
}

function lastLine(output: string): string {
  const lines = output.trimEnd().split("\n");
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? "").slice(0, 300);
}
