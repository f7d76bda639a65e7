import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const BENCH = join(import.meta.dirname, "..");

/** How a program ended and what it said. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function startBench(args: readonly string[]): ChildProcess {
  return startNode(join(BENCH, "src/main.ts"), args);
}

export async function runClient(port: number, args: readonly string[]): Promise<Outcome> {
  return outcome(startNode(join(BENCH, "../client/src/main.ts"), ["--port", String(port), ...args]));
}

export function startCClient(port: number, args: readonly string[]): ChildProcess {
  return startC("client", ["--port", String(port), ...args]);
}

export function startC(program: string, args: readonly string[]): ChildProcess {
  return spawn(join(BENCH, `build/c-${program}`), args, { stdio: ["ignore", "pipe", "pipe"] });
}

export async function outcome(child: ChildProcess): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (text) => {
    stdout += text;
  });
  child.stderr?.on("data", (text) => {
    stderr += text;
  });
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}

/** A C server that listens. */
export async function startNative(
  server: string,
  args: readonly string[] = [],
): Promise<{ port: number; child: ChildProcess }> {
  const child = spawn(join(BENCH, `build/c-${server}`), ["--port", "0", "--exit-with-parent", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (!child.stdout) throw new Error("no stdout");
  const [line] = await once(createInterface(child.stdout), "line");
  return { port: JSON.parse(line).port, child };
}

function startNode(main: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
}
