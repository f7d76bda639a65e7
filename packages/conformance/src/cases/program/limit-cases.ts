import { cpuUs, isAlive, limitForMore } from "@c10k-lab/process";
import { pause, SIZED_BOUND_MS, SIZES, until, untilStable } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd, expectLedgersAgree } from "../../harness/expectations.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";

const { idle: IDLE, idleMs: IDLE_MS } = SIZES.S20;
/** CPU time that a server may use while it has no free descriptor, µs, however long that lasts. */
const SHORTAGE_CPU_US = 250_000;

export function limitCases(subject: Subject): void {
  test("above --max-connections a client gets an end of file and the close reason refused-limit, and a free place is given away", () =>
    refuseAboveMaxConnections(subject));

  test("a refused client that has already sent something gets an end of file, not a reset", () =>
    endRefusedWithoutReset(subject));

  test(
    `S20 --idle-timeout closes ${IDLE} silent clients, keeps an active one and serves new ones`,
    () => closeSilentClients(subject),
    SIZED_BOUND_MS,
  );

  testWith(
    "prlimit",
    "S1 S2 without free descriptors the server keeps serving, pauses accepting, and later accepts all who wait",
    () => serveWithoutFreeDescriptors(subject),
    SIZED_BOUND_MS,
  );
}

async function refuseAboveMaxConnections(subject: Subject): Promise<void> {
  await using server = await subject.start({ args: ["--max-connections", "3"] });
  const [first, ...others] = await Client.all(3, server.port);
  if (!first) return;
  for (const client of [first, ...others]) expect(await client.answers()).toBe(true);
  using refused = await Client.connect(server.port);
  expect(await refused.readToEnd()).toHaveLength(0);
  await first.finish();
  first.socket.destroy();
  let next = await Client.connect(server.port);
  await until(async () => {
    const isServed = await next.answers().catch(() => false);
    if (!isServed) next = await Client.connect(server.port);
    return isServed;
  }, "the server gives the free place to another client");
  for (const client of [next, ...others]) await client.finish();
  const { final, rows } = await expectCleanEnd(server);
  expect(final).toMatchObject({ peak: 3 });
  expect(final?.closed["refused-limit"]).toBe(final?.refused);
  expect(rows.find((row) => row.client_port === String(refused.port))).toMatchObject({
    close_reason: "refused-limit",
  });
}

async function endRefusedWithoutReset(subject: Subject): Promise<void> {
  await using server = await subject.start({ args: ["--max-connections", "1"] });
  using only = await Client.connect(server.port);
  expect(await only.answers()).toBe(true);
  await server.freeze();
  const others = await Client.all(20, server.port);
  for (const client of others) await client.send("let me in\n");
  server.kill("SIGCONT");
  for (const client of others) expect(await client.readToEnd()).toHaveLength(0);
  await only.finish();
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: 21, refused: 20, requests: 1 });
}

async function closeSilentClients(subject: Subject): Promise<void> {
  const args = [...subject.argsForMany, "--idle-timeout", `${IDLE_MS}ms`];
  await using server = await subject.start({ args });
  using active = await Client.connect(server.port);
  const idle = await Client.all(IDLE, server.port);
  let echoes = 0;
  const ticking = setInterval(() => {
    active.echo("still here\n").then(
      () => echoes++,
      () => {},
    );
  }, IDLE_MS / 5);
  for (const client of idle) expect(await client.readToEnd()).toHaveLength(0);
  const atFirst = echoes;
  await until(() => echoes >= atFirst + 10, "the active client is served for two more timeouts");
  clearInterval(ticking);
  expect(active.isOver).toBe(false);
  const next = await Client.connect(server.port);
  for (const client of [active, next]) {
    expect(await client.answers()).toBe(true);
    await client.finish();
  }
  const { final, rows } = await expectCleanEnd(server);
  expect(final).toMatchObject({ closed: { "idle-timeout": IDLE, "client-closed": 2 } });
  for (const row of rows.filter((row) => row.close_reason === "idle-timeout")) {
    expect(Number(row.duration_ms)).toBeGreaterThanOrEqual(IDLE_MS - 1);
  }
}

async function serveWithoutFreeDescriptors(subject: Subject): Promise<void> {
  // The limit holds from the start: io_uring reads it when an accept is written, not for each connection.
  const limit = await measureLimitForMore(subject, 10);
  const wrapper = ["prlimit", `--nofile=${limit}:${limit}`];
  await using server = await subject.start({ wrapper });
  using live = await Client.connect(server.port);
  expect(await live.answers()).toBe(true);
  const crowd = await Client.all(60, server.port);
  const served: Client[] = [];
  for (const client of crowd)
    client.echo("am I in?\n").then(
      () => served.push(client),
      () => {},
    );
  await untilStable(() => served.length);
  expect(served.length).toBeGreaterThan(0);
  expect(served.length).toBeLessThan(60);

  const cpuBeforeUs = cpuUs(server.pid);
  await pause(SIZES.S1.shortageMs);
  expect(cpuUs(server.pid) - cpuBeforeUs, "CPU µs used").toBeLessThanOrEqual(SHORTAGE_CPU_US);
  expect(isAlive(server.pid)).toBe(true);
  expect(await live.answers()).toBe(true);

  // Waiting clients are served with the descriptors of those who leave; no further client connects.
  for (let left = 0; left < 60; left++) {
    await until(() => served.length > left, `client ${left + 1} of 60 is served`);
    await served[left]?.finish();
    served[left]?.socket.destroy();
  }
  await live.finish();
  const ended = await server.stop();
  expect(ended.code).toBe(0);
  expectLedgersAgree(ended);
  expect(ended.final).toMatchObject({ accepted: 61, refused: 0 });
  expect(ended.final?.acceptErrors.EMFILE).toBeGreaterThan(0);
  expect(ended.final?.acceptErrors.EMFILE).toBeLessThan(200);
}

/** Returns the limit of descriptors with which a server can hold `more` connections beside one. */
async function measureLimitForMore(subject: Subject, more: number): Promise<number> {
  await using server = await subject.start();
  using client = await Client.connect(server.port);
  expect(await client.answers()).toBe(true);
  return limitForMore(server.pid, more);
}
