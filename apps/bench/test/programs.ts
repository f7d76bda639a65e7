import { join } from "node:path";
import { Child } from "@c10k-lab/process";
import { mainOf, type Outcome, TestProgram } from "@c10k-lab/process/testing";

const BUILD = join(import.meta.dirname, "../build");

export function startBench(args: readonly string[]): TestProgram {
  return new TestProgram({ program: mainOf("bench"), args });
}

/** Runs the load client against a server of this machine. */
export function runClient(port: number, args: readonly string[]): Promise<Outcome> {
  return new TestProgram({ program: mainOf("client"), args: ["--port", String(port), ...args] }).outcome();
}

/** Runs the client in C against a server of this machine. */
export function runNativeClient(port: number, args: readonly string[]): Promise<Outcome> {
  return runNative("client", ["--port", String(port), ...args]);
}

export function runNative(program: string, args: readonly string[]): Promise<Outcome> {
  return new TestProgram({ program: join(BUILD, `c-${program}`), args }).outcome();
}

/** Starts a server in C; resolves when it listens. */
export async function startNative(
  server: string,
  args: readonly string[] = [],
): Promise<{ port: number; child: Child }> {
  const child = new Child({ program: join(BUILD, `c-${server}`), args: ["--port", "0", ...args] });
  const line = await child.nextLine(10_000);
  if (line === null) throw new Error(`c-${server} does not listen: ${child.lastErrorLine}`);
  return { port: JSON.parse(line).port, child };
}
