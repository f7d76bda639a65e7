import { until } from "@c10k-lab/process/testing";
import { OUTCOMES } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { AppContainer, type ServerContainer } from "./harness/app-container.ts";
import { describeContainers, STATE_BOUND_MS } from "./harness/engine.ts";
import { tally } from "./harness/ledgers.ts";
import { ResultsFolder } from "./harness/results-folder.ts";
import { SERVER_SERVICES } from "./harness/services.ts";

const CONNECTIONS = 200;
const ENDLESS = { LOAD_CONNECTIONS: String(CONNECTIONS), LOAD_DURATION: "10m" };
/** Connections that close one after the other, so that rows come all the time. */
const TRICKLE = { LOAD_CONNECTIONS: String(CONNECTIONS), LOAD_REPEAT: "1", LOAD_HOLD: "1ms..60s" };
const KILLED = 137;
const TERMINATED = 143;
const GRACE_SECONDS = 15;

describeContainers("the end of a container", () => {
  // How a server stops differs between servers; what the engine's init forwards does not.
  for (const [how, init, servers] of [
    ["without --init", false, SERVER_SERVICES],
    ["with --init", true, ["server-epoll"]],
  ] as const) {
    test.each(servers)(`docker stop of %s under load, ${how}: exit 0, every row is written`, async (name) => {
      using results = new ResultsFolder();
      await using server = await AppContainer.server(name, { results: results.path, init });
      await using client = await AppContainer.client(server.port, {
        results: results.path,
        environment: ENDLESS,
      });
      await untilBusy(server);
      const { code, final, output } = await server.stop(GRACE_SECONDS);
      expect(code, output).toBe(0);
      // None was aborted: it did not even need its own drain time, let alone the grace.
      expect(final).toMatchObject({ accepted: CONNECTIONS, closed: { drained: CONNECTIONS, aborted: 0 } });
      expect(tally(await results.rows("server"), "close_reason")).toEqual({ drained: CONNECTIONS });
      expect((await client.ended()).code).toBe(1);
      expect(tally(await results.rows("client"), "outcome")).toEqual({ "eof-early": CONNECTIONS });
    });

    test(`docker stop of the client under load, ${how}: exit 143, every row is written`, async () => {
      using results = new ResultsFolder();
      await using server = await AppContainer.server("server-epoll", { results: results.path });
      await using client = await AppContainer.client(server.port, {
        results: results.path,
        environment: ENDLESS,
        init,
      });
      await untilBusy(server);
      expect((await client.stop(GRACE_SECONDS)).code).toBe(TERMINATED);
      expect(tally(await results.rows("client"), "outcome")).toEqual({ interrupted: CONNECTIONS });
      expect(results.summaries).toMatchObject([{ complete: false, outcomes: { interrupted: CONNECTIONS } }]);
      expect((await server.stop(GRACE_SECONDS)).code).toBe(0);
      expect(await results.rows("server")).toHaveLength(CONNECTIONS);
    });
  }

  test("docker kill of a server under load: rows of the last batch are there, the client names what happened", async () => {
    using results = new ResultsFolder();
    await using server = await AppContainer.server("server-epoll", { results: results.path });
    await using client = await AppContainer.client(server.port, {
      results: results.path,
      environment: TRICKLE,
    });
    let written = 0;
    await until(
      async () => {
        written = (await results.rows("server")).length;
        return written >= 10;
      },
      "ten connections are in the file",
      STATE_BOUND_MS,
    );
    await server.kill("SIGKILL");
    const { code, isOutOfMemory, final } = await server.ended();
    expect({ code, isOutOfMemory, final }).toEqual({ code: KILLED, isOutOfMemory: false, final: undefined });
    const rows = await results.rows("server");
    expect(rows.length).toBeGreaterThanOrEqual(written);
    expect(rows.length).toBeLessThan(CONNECTIONS);
    expect((await client.ended()).code).toBe(1);
    await expectNamedOutcomes(results, CONNECTIONS);
  });

  test("docker kill of a client under load: rows of the last batch are there, the server goes on", async () => {
    using results = new ResultsFolder();
    await using server = await AppContainer.server("server-epoll", { results: results.path });
    await using client = await AppContainer.client(server.port, {
      results: results.path,
      environment: TRICKLE,
    });
    let written = 0;
    await until(
      async () => {
        written = (await results.rows("client")).length;
        return written >= 10;
      },
      "ten connections are in the file",
      STATE_BOUND_MS,
    );
    await client.kill("SIGKILL");
    expect((await client.ended()).code).toBe(KILLED);
    expect((await results.rows("client")).length).toBeGreaterThanOrEqual(written);
    const { code, final } = await server.stop(GRACE_SECONDS);
    expect(code).toBe(0);
    expect(final).toMatchObject({ accepted: CONNECTIONS, closed: { "client-closed": CONNECTIONS } });
    expect(await results.rows("server")).toHaveLength(CONNECTIONS);
  });

  test("a server that outgrows its memory is killed, 137 and OOMKilled; the client's file is whole", async () => {
    const connections = 6000;
    using results = new ResultsFolder();
    await using server = await AppContainer.server("server-threaded", {
      results: results.path,
      memoryBytes: 100 * 2 ** 20,
    });
    await using client = await AppContainer.client(server.port, {
      results: results.path,
      environment: { LOAD_CONNECTIONS: String(connections), LOAD_DURATION: "10m" },
    });
    const { code, isOutOfMemory } = await server.ended();
    expect({ code, isOutOfMemory }).toEqual({ code: KILLED, isOutOfMemory: true });
    expect((await client.ended()).code).toBe(1);
    await expectNamedOutcomes(results, connections);
  });
});

async function untilBusy(server: ServerContainer): Promise<void> {
  await until(
    async () => (await server.busyConnections()) === CONNECTIONS,
    "every connection has had an echo",
    STATE_BOUND_MS,
  );
}

/** Every connection asked for has its row, and its outcome is one that has a name of its own. */
async function expectNamedOutcomes(results: ResultsFolder, connections: number): Promise<void> {
  const outcomes = tally(await results.rows("client"), "outcome");
  const known = OUTCOMES.filter((name) => name !== "error");
  expect(known).toEqual(expect.arrayContaining(Object.keys(outcomes)));
  expect(Object.values(outcomes).reduce((all, count) => all + count, 0)).toBe(connections);
  expect(Object.keys(outcomes).filter((name) => name !== "ok")).not.toEqual([]);
  expect(results.summaries).toMatchObject([{ outcomes }]);
}
