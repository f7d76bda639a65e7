import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { pause, SIZED_BOUND_MS, SIZES } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd, expectSameBytes } from "../../harness/expectations.ts";
import { Pattern } from "../../harness/patterns.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";

const run = promisify(execFile);
const STORM = ["SIGSTOP", "SIGCONT", "SIGWINCH"] as const;

export function lifecycleCases(subject: Subject): void {
  test(
    "S7 a storm of signals costs no byte, and a silent client is closed meanwhile",
    () => echoInStorm(subject),
    SIZED_BOUND_MS,
  );

  // docs/by-hand.md: a server needs no client of this project.
  testWith("nc", "printf 'hello\\n' | nc prints the line, and ends when the server has", async () => {
    await using server = await subject.start();
    const { stdout } = await run("sh", ["-c", `printf 'hello\\n' | nc -N 127.0.0.1 ${server.port}`]);
    expect(stdout).toBe("hello\n");
    const { final } = await expectCleanEnd(server);
    expect(final).toMatchObject({ accepted: 1, requests: 1, closed: { "client-closed": 1 } });
  });
}

export function freezeCases(subject: Subject): void {
  const title =
    "P4 after a freeze longer than the idle timeout each client that sent something meanwhile is kept";
  test(title, () => thaw(subject), SIZED_BOUND_MS);
}

async function thaw(subject: Subject): Promise<void> {
  await using server = await subject.start({ args: ["--idle-timeout", "1s"] });
  const clients = await Client.all(50, server.port);
  for (const client of clients) expect(await client.answers()).toBe(true);
  await server.freeze();
  const echoes = clients.map((client) => client.echo("sent while you were away\n"));
  await pause(SIZES.P4.frozenMs);
  server.kill("SIGCONT");
  for (const echo of await Promise.all(echoes)) expect(echo.toString()).toBe("sent while you were away\n");
  for (const client of clients) await client.finish();
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ closed: { "idle-timeout": 0, "client-closed": 50 } });
}

/** SIGSTOP and SIGCONT interrupt the waits of all threads, also of those that block other signals; see signal(7). */
async function echoInStorm(subject: Subject): Promise<void> {
  await using server = await subject.start({ args: ["--idle-timeout", "1s"] });
  using silent = await Client.connect(server.port);
  let isOver = false;
  const storm = (async () => {
    for (; !isOver; await pause(1)) for (const signal of STORM) server.kill(signal);
  })();
  try {
    await Promise.all([silent.readToEnd(), echoFor(SIZES.S7.stormMs, server)]);
  } finally {
    isOver = true;
    await storm;
  }
  const { final } = await expectCleanEnd(server);
  expect(final?.closed).toMatchObject({ "idle-timeout": 1 });
}

async function echoFor(ms: number, server: ServerProcess): Promise<void> {
  const clients = await Client.all(10, server.port);
  const end = performance.now() + ms;
  await Promise.all(
    clients.map(async (client) => {
      const pattern = new Pattern();
      let offset = 0;
      for (let length = 1; performance.now() < end; length = (length * 7) % 20_011) {
        const bytes = pattern.at(offset, length);
        expectSameBytes(await client.echo(bytes), bytes);
        offset += length;
      }
      expect(offset).toBeGreaterThan(0);
      await client.finish();
    }),
  );
}
