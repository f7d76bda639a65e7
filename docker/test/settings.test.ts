import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AppContainer } from "./harness/app-container.ts";
import { ComposeProject, freePort } from "./harness/compose-project.ts";
import { describeContainers } from "./harness/engine.ts";
import { expectAgreement } from "./harness/ledgers.ts";
import { ResultsFolder } from "./harness/results-folder.ts";
import { SERVER_SERVICES } from "./harness/services.ts";

describeContainers("settings", () => {
  test("variables of an .env file reach the client and the server", async () => {
    const message = "Grüße, $HOME";
    const { asked, target, sums, port } = await runWith({
      CONNECTIONS: "7",
      REPEAT: "3",
      MESSAGE: `'${message}'`,
    });
    expect(target).toEqual({ host: "127.0.0.1", port });
    expect(asked).toMatchObject({ connections: 7, messages: 21, options: { message, repeat: 3 } });
    const bytes = 21 * (Buffer.byteLength(message) + 1);
    expect(sums).toEqual({ connections: 7, messages: 21, toServer: bytes, toClient: bytes });
  });

  test("SIZE and DURATION instead of MESSAGE and REPEAT", async () => {
    const { asked, sums } = await runWith({ CONNECTIONS: "5", SIZE: "64..128", DURATION: "300ms" });
    expect(asked).toMatchObject({
      connections: 5,
      messages: null,
      options: { sizeBytes: { from: 64, to: 128 }, durationMs: 300 },
    });
    expect(sums.toServer).toBeGreaterThanOrEqual(sums.messages * 64);
    expect(sums.toServer).toBeLessThanOrEqual(sums.messages * 128);
  });

  test("NOFILE lowers what both sides may open, and they keep to it", async () => {
    using results = new ResultsFolder();
    await using server = await AppContainer.server("server-epoll", {
      results: results.path,
      environment: { NOFILE: "4096" },
    });
    const { output: limits } = await server.exec(["cat", "/proc/1/limits"]);
    expect(limits).toMatch(/^Max open files\s+4096\s+4096\s/m);
    await using client = await AppContainer.client(server.port, {
      results: results.path,
      environment: { NOFILE: "512", LOAD_CONNECTIONS: "600" },
    });
    const { code, output } = await client.ended();
    expect(code).toBe(1);
    expect(output).toMatch(/this process may hold about 472 connections, 600 are asked for/);
    const [summary] = results.summaries;
    expect(summary?.outcomes["no-descriptors"]).toBeGreaterThan(0);
    expect((summary?.outcomes.ok ?? 0) + (summary?.outcomes["no-descriptors"] ?? 0)).toBe(600);
    expect((await server.stop(15)).final).toMatchObject({ accepted: summary?.outcomes.ok });
  });

  test("K8 more than the engine gives is said in a sentence, and the run goes on with less", async () => {
    using results = new ResultsFolder();
    await using server = await AppContainer.server("server-epoll", { results: results.path });
    await using client = await AppContainer.client(server.port, {
      results: results.path,
      environment: { NOFILE: String(2 ** 40) },
    });
    const { code, output } = await client.ended();
    expect(code).toBe(0);
    expect(output).toMatch(
      /^NOFILE: this engine lets a container open \d+ files, not 1099511627776: .*lower NOFILE$/m,
    );
  });

  test("K8 with fewer tasks than clients server-threaded refuses those without a thread, serves the others, and later all", async () => {
    const tasks = 64;
    using results = new ResultsFolder();
    await using server = await AppContainer.server("server-threaded", { results: results.path, tasks });
    const environment = { LOAD_CONNECTIONS: "100", LOAD_REPEAT: "1" };
    await using crowd = await AppContainer.client(server.port, { results: results.path, environment });
    const { code, output } = await crowd.ended();
    expect(code, output).toBe(1);
    const outcomes = results.summaries[0]?.outcomes;
    expect(outcomes?.ok).toBeGreaterThan(0);
    expect(outcomes?.ok).toBeLessThan(tasks);
    await using few = await AppContainer.client(server.port, { environment: { LOAD_CONNECTIONS: "5" } });
    expect((await few.ended()).code).toBe(0);
    const { code: serverCode, final } = await server.stop(15);
    expect(serverCode).toBe(0);
    expect(final).toMatchObject({ accepted: 105, acceptErrors: { EAGAIN: final?.refused } });
    expect(final?.closed["refused-thread"]).toBe(100 - (outcomes?.ok ?? 0));
  });

  test.each(SERVER_SERVICES)(
    "K11 while %s is paused its client ends in time with a row for each connection, and the server goes on afterwards",
    async (name) => {
      using results = new ResultsFolder();
      await using server = await AppContainer.server(name, { results: results.path });
      await server.pause(true);
      const environment = { LOAD_CONNECTIONS: "20", LOAD_TIMEOUT: "1s", LOAD_CONNECT_TIMEOUT: "1s" };
      await using client = await AppContainer.client(server.port, { results: results.path, environment });
      const { code, output } = await client.ended();
      expect(code, output).toBe(1);
      expect(results.summaries[0]?.outcomes.timeout).toBe(20);
      expect(await results.rows("client")).toHaveLength(20);
      await server.pause(false);
      const { code: serverCode, final } = await server.stop(15);
      expect(serverCode).toBe(0);
      expect(final).toMatchObject({ accepted: 20 });
    },
  );

  test("a NOFILE that is no number is one sentence, exit 2", async () => {
    await using client = await AppContainer.client(9, { environment: { NOFILE: "many" } });
    expect(await client.ended()).toMatchObject({
      code: 2,
      output: "NOFILE: 'many' is not a number of files\n",
    });
  });

  test("clients without a server give up after the bound, exit 1, in one sentence", async () => {
    using results = new ResultsFolder();
    const port = await freePort();
    const environment = { RESULTS: results.path, PORT: String(port), WAIT_FOR_SERVER: "500ms" };
    await using project = new ComposeProject("no-server", environment);
    await project.run("up", "client");
    const [client] = await project.of("client");
    expect(client?.code).toBe(1);
    // The engine takes stdout and stderr from two pipes: it does not keep the order of their lines.
    expect(client?.output.trim().split("\n")).toContain(`client: no server listens on 127.0.0.1:${port}`);
    expect(await results.rows("client")).toHaveLength(500);
  });
});

/** One server and one client as compose runs them with these lines in an .env file. */
async function runWith(lines: Readonly<Record<string, string>>) {
  using results = new ResultsFolder();
  const port = await freePort();
  const file = join(tmpdir(), `c10k-${process.pid}.env`);
  const all = { ...lines, PORT: String(port), RESULTS: results.path };
  writeFileSync(
    file,
    Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  await using project = new ComposeProject("settings", {});
  const up = project.start("--env-file", file, "up", "server-epoll", "client");
  await project.untilEnded("client", 1);
  up.interrupt();
  await up.ended();
  const finals = (await project.of("server-epoll")).flatMap(({ final }) => final ?? []);
  const sums = await expectAgreement(results, finals);
  const [summary] = results.summaries;
  return { asked: summary?.asked, target: summary?.target, sums, port };
}
