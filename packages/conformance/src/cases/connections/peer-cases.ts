import { getuid } from "node:process";
import { pause, SIZED_BOUND_MS, SIZES, until, untilStable } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd, expectSameBytes } from "../../harness/expectations.ts";
import { countBytesTaken, listConnections, pickSystemCalls, readMetrics } from "../../harness/monitoring.ts";
import { Pattern } from "../../harness/patterns.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";
import { FarHost } from "../../surroundings/far-host.ts";

const CLIENTS = 200;
const RESETTING = 50;
/** More than the socket buffers of both sides hold: 208 KiB, which the kernel doubles, and up to 4 MiB of the client. */
const FLOOD = Buffer.alloc(16 * 2 ** 20, "do you read me?\n");

export function peerCases(subject: Subject): void {
  test("S11 200 clients that never read are closed as stalled after --stall-timeout, and others go on", async () => {
    await using server = await subject.start({ args: ["--stall-timeout", "1s", "--metrics-port", "0"] });
    using other = await Client.connect(server.port);
    const clients = await Client.all(CLIENTS, server.port, { paused: true });
    for (const client of clients) client.socket.write(FLOOD);
    let echoes = 0;
    await until(async () => {
      if (await other.answers()) echoes++;
      return (await listConnections(server)).length === 1;
    }, "all who do not read are closed");
    expect(echoes).toBeGreaterThan(0);
    for (const client of clients) client.socket.destroy();
    await other.finish();
    const { final, rows } = await expectCleanEnd(server);
    expect(final?.closed).toMatchObject({ stalled: CLIENTS, "client-closed": 1 });
    for (const row of rows.filter(({ close_reason: reason }) => reason === "stalled")) {
      expect(Number(row.duration_ms)).toBeGreaterThanOrEqual(999);
      // 557,056 bytes with the usual --socket-buffer, 4.3 MB where the kernel sizes the buffers.
      expect(Number(row.bytes_received), "bytes taken from it").toBeLessThan(2 ** 20);
    }
  });

  test(
    `S10 a client that begins late to read ${SIZES.S10.floodMiB} MiB gets every byte`,
    () => serveLateReader(subject),
    SIZED_BOUND_MS,
  );

  test("S11 a slow reader that reads on is not stalled", async () => {
    await using server = await subject.start({ args: ["--stall-timeout", "1s"] });
    using slow = Client.withTinyWindow(server.port);
    const sent = slow.send(FLOOD);
    slow.resume();
    await slow.read(FLOOD.length);
    await sent;
    expect(slow.isOver).toBe(false);
    await slow.finish();
    const { final } = await expectCleanEnd(server);
    expect(final?.closed).toMatchObject({ stalled: 0, "client-closed": 1 });
  });

  test(
    `S16 ${RESETTING} clients that reset while their echo waits are closed as reset, and cost nothing afterwards`,
    () => closeResetReaders(subject),
    SIZED_BOUND_MS,
  );

  const tool = getuid?.() === 0 ? "ip" : "root and ip";
  testWith(
    tool,
    "S21 clients of a host that vanished are closed as vanished after --peer-timeout",
    async () => {
      using far = new FarHost();
      const args = ["--host", far.nearAddress, "--peer-timeout", "4s", "--metrics-port", "0"];
      await using server = await subject.start({ args });
      for (let at = 0; at < 3; at++) far.connect(server.port);
      await until(async () => (await listConnections(server)).length === 3, "all are connected");
      far.cut();
      await until(async () => (await listConnections(server)).length === 0, "all are given up");
      const { final } = await expectCleanEnd(server);
      expect(final?.closed).toMatchObject({ vanished: 3 });
    },
  );
}

async function serveLateReader(subject: Subject): Promise<void> {
  await using server = await subject.start({ args: ["--metrics-port", "0"] });
  const bytes = new Pattern().at(0, SIZES.S10.floodMiB * 2 ** 20);
  using late = Client.withTinyWindow(server.port);
  const sent = late.send(bytes);
  expect(await untilStable(() => countBytesTaken(server))).toBeLessThan(bytes.length);
  late.resume();
  expectSameBytes(await late.read(bytes.length), bytes);
  await sent;
  await late.finish();
  const { final } = await expectCleanEnd(server);
  expect(final?.closed).toMatchObject({ "client-closed": 1 });
  if (subject.writesShort) expect(final?.shortWrites).toBeGreaterThan(0);
}

/** Proves that a reset ends a connection that waits to be written to: without a stall timeout nothing else would. */
async function closeResetReaders(subject: Subject): Promise<void> {
  const args = ["--stall-timeout", "0s", "--drain-timeout", "100ms", "--metrics-port", "0"];
  await using server = await subject.start({ args });
  using other = await Client.connect(server.port);
  const deaf = await Client.all(RESETTING, server.port, { paused: true });
  for (const client of deaf) client.socket.write(FLOOD);
  const taken = await untilStable(() => countBytesTaken(server));
  expect(taken, "bytes taken from those who do not read").toBeLessThan(RESETTING * FLOOD.length);
  expect((await listConnections(server)).length, "connections").toBe(RESETTING + 1);
  for (const client of deaf) client.socket.resetAndDestroy();
  await until(async () => (await listConnections(server)).length === 1, "all who reset are closed");
  expect(await other.answers()).toBe(true);
  const before = pickSystemCalls(await readMetrics(server));
  await pause(500);
  expect(pickSystemCalls(await readMetrics(server)), "calls while nobody sends").toEqual(before);
  await other.finish();
  const { final } = await expectCleanEnd(server);
  expect(final?.closed).toMatchObject({ reset: RESETTING, "client-closed": 1 });
}
