import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { onStopSignal } from "@c10k-lab/cli";
import { PARENT_VARIABLE } from "@c10k-lab/posix";
import { childEnvironment } from "@c10k-lab/process";

/**
 * Runs a program of another app on this terminal until it ends. It gets the signals that ask the lab to end.
 *
 * @param module its main module
 * @returns its exit code; 128 and the number of the signal where one ended it, as a shell reports it
 */
export async function runModule(module: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [module, ...args], {
    stdio: "inherit",
    env: childEnvironment({ [PARENT_VARIABLE]: String(process.pid) }),
  });
  const sent = new Set<NodeJS.Signals>();
  const release = onStopSignal((signal) => {
    sent.add(signal);
    child.kill(signal);
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  release();
  if (signal === null) return code ?? 0;
  if (!sent.has(signal)) process.stderr.write(`lab: ${signal} ended ${module}\n`);
  return 128 + constants.signals[signal];
}
