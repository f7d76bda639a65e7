import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { pause } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd, expectSameBytes } from "../../harness/expectations.ts";
import { Pattern } from "../../harness/patterns.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";

const run = promisify(execFile);

export function lifecycleCases(subject: Subject): void {
  test("hundreds of SIGWINCH do not disturb echoes", async () => {
    await using server = await subject.start();
    const storm = setInterval(() => server.kill("SIGWINCH"), 1);
    await echoFor(1000, server);
    clearInterval(storm);
    await expectCleanEnd(server);
  });

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
  test("after a freeze longer than the idle timeout the server keeps clients that sent something meanwhile", async () => {
    await using server = await subject.start({ args: ["--idle-timeout", "1s"] });
    const clients = await Client.all(50, server.port);
    for (const client of clients) expect(await client.answers()).toBe(true);
    await server.freeze();
    const echoes = clients.map((client) => client.echo("sent while you were away\n"));
    await pause(1500);
    server.kill("SIGCONT");
    for (const echo of await Promise.all(echoes)) expect(echo.toString()).toBe("sent while you were away\n");
    for (const client of clients) await client.finish();
    const { final } = await expectCleanEnd(server);
    expect(final).toMatchObject({ closed: { "idle-timeout": 0, "client-closed": 50 } });
  });
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
