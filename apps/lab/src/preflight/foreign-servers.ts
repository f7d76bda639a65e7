import { once } from "node:events";
import { statSync } from "node:fs";
import { connect } from "node:net";
import { UsageError } from "@c10k-lab/cli";
import { callAfter, KeptCommand } from "@c10k-lab/process";
import { describeExcess } from "@c10k-lab/words";
import { findProgram } from "../plan/foreign/find-program.ts";
import type { CommandServer, ForeignServer, TargetServer } from "../plan/foreign/foreign-server.ts";
import { foreignServersOf, type Plan } from "../plan/plan.ts";

const BUILD_MS = 600_000;
const CONNECT_MS = 5000;

/**
 * Builds the foreign servers of a plan and checks that each can be started or reached.
 *
 * @param engine name of the engine that starts the servers
 * @returns the plan without the optional servers that this machine cannot build or start
 * @throws UsageError in one sentence
 */
export async function prepareForeign(plan: Plan, engine: string): Promise<Plan> {
  const missing: string[] = [];
  for (const [name, foreign] of foreignServersOf(plan)) {
    const lack = await prepareOne(name, foreign, engine);
    if (lack === null) continue;
    missing.push(name);
    process.stderr.write(`lab: ${name} is left out: ${lack}\n`);
  }
  if (missing.length === 0) return plan;
  const groups = plan.groups
    .map((group) => ({ ...group, variants: group.variants.filter(({ name }) => !missing.includes(name)) }))
    .filter(({ variants }) => variants.length > 0);
  if (groups.length === 0) throw new UsageError(`${plan.name}: this machine can run none of its servers`);
  return { ...plan, groups };
}

/** Returns what an optional server lacks; null when it can be run. */
async function prepareOne(name: string, foreign: ForeignServer, engine: string): Promise<string | null> {
  if (foreign.kind === "target") {
    await assertListens(name, foreign);
    return null;
  }
  const needed = foreign.kind === "image" ? "docker" : "process";
  if (engine !== needed) {
    throw new UsageError(
      `${name}: a server with ${foreign.kind === "image" ? "an image" : "a command"} needs --engine ${needed}`,
    );
  }
  if (foreign.kind === "image") return null;
  try {
    assertFolder(name, foreign.cwd);
    if (foreign.build) await build(name, foreign, foreign.build);
    assertProgram(name, foreign, foreign.command[0] ?? "");
    return null;
  } catch (error) {
    if (error instanceof CannotRun && foreign.isOptional) return error.lack;
    throw error;
  }
}

class CannotRun extends UsageError {
  readonly lack: string;

  constructor(name: string, lack: string) {
    super(`${name}: ${lack}`);
    this.lack = lack;
  }
}

function assertProgram(name: string, { cwd, env }: CommandServer, program: string): void {
  if (findProgram(program, cwd, env.PATH)) return;
  throw new CannotRun(name, `there is no executable ${program}${program.includes("/") ? ` in ${cwd}` : ""}`);
}

function assertFolder(name: string, folder: string): void {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${name}: there is no folder ${folder}`);
  }
}

/** Builds a server under its limits. @throws CannotRun with the line of the output that tells most */
async function build(name: string, server: CommandServer, command: readonly string[]): Promise<void> {
  assertProgram(name, server, command[0] ?? "");
  const { cwd, env, limits } = server;
  const kept = new KeptCommand({
    ...{ command, cwd, env, limits },
    ...{ stopSignal: "SIGTERM", processors: null, log: null },
  });
  const kill = () => kept.signal("SIGKILL");
  const cancel = callAfter(BUILD_MS, kill);
  const startMs = performance.now();
  const { code, signal } = await kept.commandEnded;
  cancel();
  // A build may leave a daemon behind, for the next one.
  kill();
  await kept.exited;
  if (code === 0) return;
  const lines = kept.output.trim().split("\n");
  const telling = lines.find((line) => /^error/.test(line)) ?? lines.find((line) => /error/i.test(line));
  const isLate = performance.now() - startMs >= BUILD_MS;
  const reason =
    (kept.excess && describeExcess(kept.excess)) ??
    (isLate ? `it took more than ${BUILD_MS / 1000} s` : telling) ??
    (lines.at(-1) || (signal ?? `exit code ${code}`));
  throw new CannotRun(name, `${command.join(" ")} failed: ${reason}`);
}

async function assertListens(name: string, { host, port }: TargetServer): Promise<void> {
  const socket = connect(port, host);
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(CONNECT_MS) });
  } catch (error) {
    const { code, name: kind } = error as NodeJS.ErrnoException;
    throw new UsageError(`${name}: no server answers at ${host}:${port} (${code ?? kind})`);
  } finally {
    socket.destroy();
  }
}
