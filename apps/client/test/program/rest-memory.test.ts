import { findFreePort, status } from "@c10k-lab/process";

import { mainOf, TestProgram, until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";

/** Most resident memory of a client at rest. */
const MOST_MIB = 60;
const CONNECTIONS = ["--connections", "1000"];
/** Lines of progress, five seconds apart, between which memory is read: V8 has collected garbage by then. */
const FROM_LINE = 1;
const TO_LINE = 3;

test(`a client that waits for its server, or connected for its instant, has at most ${MOST_MIB} MiB resident`, async () => {
  const nobody = ["--port", `${await findFreePort()}`];
  await fillCompileCache(nobody);
  await using server = startProgram("server-epoll", ["--port", "0"]);
  await until(() => server.program.stdout.includes("\n"), "the server listens", 30_000);
  const { port } = JSON.parse(server.program.stdout.split("\n", 1)[0] ?? "");
  const startAt = new Date(Date.now() + 600_000).toISOString();
  await using waiting = startProgram("client", [...nobody, ...CONNECTIONS, "--wait-for-server", "10m"]);
  await using connected = startProgram("client", [
    ...["--port", `${port}`, ...CONNECTIONS],
    ...["--start-at", startAt],
  ]);
  const mostMiB = await Promise.all([readMostMiB(waiting.program), readMostMiB(connected.program)]);
  expect(waiting.program.stderr).toContain("connected 0 of 1,000");
  expect(connected.program.stderr).toContain("connected 1,000 of 1,000");
  process.stdout.write(`resident, MiB: waiting, connected: ${mostMiB.map(Math.round).join(", ")}\n`);
  for (const mib of mostMiB) expect(mib).toBeLessThanOrEqual(MOST_MIB);
}, 120_000);

/** Has a client load what a waiting one loads: Node writes its compile cache when a program ends by itself. */
async function fillCompileCache(target: readonly string[]): Promise<void> {
  const args = [...target, ...CONNECTIONS, "--wait-for-server", "0"];
  await new TestProgram({ program: mainOf("client"), args }).outcome();
}

/** Returns the most memory that a client has between two of its lines of progress. */
async function readMostMiB(client: TestProgram): Promise<number> {
  const lines = () => client.stderr.match(/^connected /gm)?.length ?? 0;
  await until(() => lines() >= FROM_LINE, "the client reports", 60_000);
  let mostMiB = 0;
  const isOver = () => {
    mostMiB = Math.max(mostMiB, status(client.pid, "VmRSS") / 1024);
    return lines() >= TO_LINE;
  };
  await until(isOver, "the client reports twice more", 60_000);
  return mostMiB;
}

function startProgram(app: string, args: readonly string[]) {
  const program = new TestProgram({ program: mainOf(app), args });
  return {
    program,
    [Symbol.asyncDispose]: async () => {
      program.signal("SIGKILL");
      await program.exited;
    },
  };
}
