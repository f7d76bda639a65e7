import { join } from "node:path";
import { acceptTurnCases, Client, conformance, expectCleanEnd, ServerProcess } from "@c10k-lab/conformance";
import { TestProgram, until } from "@c10k-lab/process/testing";
import { describe, expect, test } from "vitest";

const main = join(import.meta.dirname, "../src/main.ts");

conformance("server-epoll --trigger level", main, {
  args: ["--trigger", "level"],
  groups: ["echo", "half-close"],
});

conformance("server-epoll --accepts-per-turn 1", main, {
  args: ["--accepts-per-turn", "1"],
  groups: ["churn", "failing accepts"],
});

describe.each(["edge", "level"])("server-epoll --trigger %s", (trigger) => {
  acceptTurnCases(main, ["--trigger", trigger]);
});

conformance("server-epoll --max-events 1", main, { args: ["--max-events", "1"], groups: ["freeze"] });

test("with --max-events 1 the server serves 50 clients", async () => {
  await using server = await ServerProcess.start(main, { args: ["--max-events", "1"] });
  const clients = await Client.all(50, server.port);
  for (let round = 0; round < 20; round++) {
    const answers = await Promise.all(clients.map((client) => client.answers()));
    expect(answers).not.toContain(false);
  }
  for (const client of clients) await client.finish();
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: 50, requests: 1000 });
});

const testAsRoot = test.runIf(process.getuid?.() === 0);

testAsRoot(
  "a server serves where a sandbox hides /proc/sys: the backlog is the one asked for",
  async () => {
    const script = 'mount -t tmpfs none /proc/sys && exec "$0" "$@"';
    const server = new TestProgram({
      program: "unshare",
      args: ["--mount", "sh", "-c", script, process.execPath, main, "--port", "0", "--backlog", "5000"],
    });
    await until(() => server.stdout.includes("listening") || !server.isRunning, "it listens", 30_000);
    server.signal("SIGTERM");
    expect((await server.outcome()).code, server.stderr).toBe(0);
    expect(JSON.parse(server.stdout.split("\n")[0] ?? "").options.backlog).toBe(5000);
  },
  60_000,
);
