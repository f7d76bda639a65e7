import { randomBytes } from "node:crypto";
import { status } from "@c10k-lab/process";
import { untilStable } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd, sum } from "../../harness/expectations.ts";
import { countBytesTaken } from "../../harness/monitoring.ts";
import type { Subject } from "../../harness/subject.ts";

const MiB = 2 ** 20;

export function fairnessCases(subject: Subject): void {
  test("S11 100 clients that send and never read cost the server one buffer each at most", async () => {
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
    const { rows, final } = await expectCleanEnd(server);
    if (subject.writesShort)
      expect(final).toMatchObject({ shortWrites: expect.toSatisfy((n: number) => n > 0) });
    expect(sum(rows, "bytes_received")).toBeLessThan(clients.length * flood.length * 0.9);
  });
}
