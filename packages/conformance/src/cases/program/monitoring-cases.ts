import { until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd } from "../../harness/expectations.ts";
import { listConnections, pickSystemCalls, readMetrics, request } from "../../harness/monitoring.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import { shareServer } from "../../harness/shared-server.ts";
import type { Subject } from "../../harness/subject.ts";

export function monitoringCases(subject: Subject): void {
  const monitored = shareServer(subject, { args: ["--metrics-port", "0"] });

  test("/connections lists the open connections with host name and counts", async () => {
    const server = monitored();
    using client = await Client.connect(server.port);
    expect(await client.answers("12345\n")).toBe(true);
    await until(
      async () => (await listConnections(server))[0]?.host === "localhost",
      "the host name is known",
    );
    expect(await listConnections(server)).toMatchObject([
      {
        connection: 1,
        address: "127.0.0.1",
        port: client.port,
        requests: 1,
        bytesReceived: 6,
        bytesSent: 6,
        closeReason: null,
      },
    ]);
    await client.finish();
    await until(async () => (await listConnections(server)).length === 0, "the list is empty");
  });

  test("/metrics has one number per line, and the numbers are the server's", async () => {
    await using server = await subject.start({ args: ["--metrics-port", "0"] });
    const clients = await Client.all(3, server.port);
    for (const client of clients) expect(await client.answers("12345\n")).toBe(true);
    await untilCounted(server, 18);
    const samples = await readMetrics(server);
    const { recv = 0, send, ...calls } = pickSystemCalls(samples);
    const callsForMessages = subject.hasCallPerMessage ? 3 : 0;
    expect(recv).toBeGreaterThanOrEqual(callsForMessages);
    expect(send).toBe(callsForMessages);
    expect(Object.keys(calls)).toEqual(["accept", "wait", "control"]);
    expect(samples).toMatchObject({
      echo_connections_open: 3,
      echo_connections_accepted_total: 3,
      echo_connections_refused_total: 0,
      echo_requests_total: 3,
      echo_received_bytes_total: 18,
      echo_sent_bytes_total: 18,
    });
    for (const client of clients) await client.finish();
    await expectCleanEnd(server);
  });

  test("/healthz answers ok, and an unknown path gets status 404", async () => {
    const server = monitored();
    expect(await (await request(server, "/healthz")).text()).toBe("ok\n");
    expect((await request(server, "/nothing")).status).toBe(404);
  });

  test("monitoring requests change neither rows nor totals", async () => {
    const server = monitored();
    const { echo_sent_bytes_total: sent = 0 } = await readMetrics(server);
    using client = await Client.connect(server.port);
    expect(await client.answers()).toBe(true);
    await untilCounted(server, sent + 6);
    const first = await readMetrics(server);
    for (let at = 0; at < 50; at++) {
      await listConnections(server);
      expect(await readMetrics(server)).toEqual(first);
    }
    expect(await client.answers()).toBe(true);
    await untilCounted(server, sent + 12);
    const { echo_requests_total: requests = 0, echo_connections_accepted_total: accepted } = first;
    expect(await readMetrics(server)).toMatchObject({
      echo_requests_total: requests + 1,
      echo_connections_accepted_total: accepted,
    });
    await client.finish();
  });

  test("a monitoring client that keeps its connection open does not delay the end", async () => {
    await using server = await subject.start({ args: ["--metrics-port", "0"] });
    const { metricsPort } = server.listening;
    using monitor = await Client.connect(metricsPort ?? 0);
    await monitor.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await monitor.read(15);
    await expectCleanEnd(server);
  });
}

/** Waits until the server has counted the bytes it sent: a client may receive an echo earlier. */
async function untilCounted(server: ServerProcess, sentBytes: number): Promise<void> {
  const sent = async () => (await readMetrics(server)).echo_sent_bytes_total;
  await until(async () => (await sent()) === sentBytes, "the echoes are counted");
}
