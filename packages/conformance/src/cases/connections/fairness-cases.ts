import { randomBytes } from "node:crypto";
import { status } from "@c10k-lab/process";
import { until, untilStable } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd, expectSameBytes, sum } from "../../harness/expectations.ts";
import { countBytesTaken, listConnections } from "../../harness/monitoring.ts";
import type { Subject } from "../../harness/subject.ts";

const MiB = 2 ** 20;

export function fairnessCases(subject: Subject): void {
  test("the server accepts all of 200 clients that connect at once and send nothing", async () => {
    await using server = await subject.start({ args: ["--metrics-port", "0"] });
    const clients = await Client.all(200, server.port);
    await until(
      async () => (await listConnections(server)).length === 200,
      "the server has accepted all 200",
    );
    for (const client of clients) expect(await client.answers()).toBe(true);
    for (const client of clients) await client.finish();
    const { final } = await expectCleanEnd(server);
    expect(final).toMatchObject({ accepted: 200, peak: 200 });
  });

  test("a slow reader gets every byte, and a fast reader is served meanwhile", async () => {
    await using server = await subject.start();
    using slow = Client.withTinyWindow(server.port);
    using fast = await Client.connect(server.port);
    // More bytes than the socket buffers of both sides can hold, so the server must wait for this client.
    const bytes = randomBytes(24 * MiB);
    const sent = slow.send(bytes);
    for (let at = 0; at < 500; at++) expect(await fast.answers()).toBe(true);
    expect(slow.receivedBytes).toBe(0);
    slow.resume();
    expectSameBytes(await slow.read(bytes.length), bytes);
    await sent;
    for (const client of [slow, fast]) await client.finish();
    const { final } = await expectCleanEnd(server);
    if (subject.writesShort)
      expect(final).toMatchObject({ shortWrites: expect.toSatisfy((n: number) => n > 0) });
  });

  test("100 clients that send and never read cost the server one buffer each at most", async () => {
    await using server = await subject.start({ args: ["--metrics-port", "0", "--drain-timeout", "100ms"] });
    using other = await Client.connect(server.port);
    for (let at = 0; at < 200; at++) await other.answers();
    const before = status(server.pid, "VmRSS");
    const flood = randomBytes(16 * MiB);
    const clients = await Client.all(100, server.port, { paused: true });
    for (const client of clients) client.socket.write(flood);
    const taken = await untilStable(() => countBytesTaken(server));
    expect(taken, "bytes the server has read").toBeLessThan(clients.length * flood.length * 0.9);
    expect(status(server.pid, "VmRSS") - before, "growth in KiB").toBeLessThan(64 * 1024);
    expect(await other.answers()).toBe(true);
    for (const client of clients) client.socket.destroy();
    await other.finish();
    const { rows } = await expectCleanEnd(server);
    expect(sum(rows, "bytes_received")).toBeLessThan(clients.length * flood.length * 0.9);
  });
}
