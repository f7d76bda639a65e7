import { until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd } from "../../harness/expectations.ts";
import { monitoringUrl, readMetrics, systemCalls } from "../../harness/metrics.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import type { Subject } from "../../harness/subject.ts";

export function monitoringCases(subject: Subject): void {
  test("/connections lists who is connected, by host name and with what was echoed", async () => {
    await using server = await subject.start({ args: ["--metrics-port", "0"] });
    using client = await Client.connect(server.port);
    expect(await client.answers("12345\n")).toBe(true);
    await until(async () => (await connections(server))[0]?.host === "localhost", "the name is known");
    expect(await connections(server)).toMatchObject([
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
    await until(async () => (await connections(server)).length === 0, "the list is empty");
    await expectCleanEnd(server);
  });

  test("/metrics has a number a line, and they are the server's", async () => {
    await using server = await subject.start({ args: ["--metrics-port", "0"] });
    const clients = await Client.all(3, server.port);
    for (const client of clients) expect(await client.answers("12345\n")).toBe(true);
    await untilCounted(server, 18);
    const samples = await readMetrics(server);
    const { recv = 0, send, ...calls } = systemCalls(samples);
    expect(recv).toBeGreaterThanOrEqual(3);
    expect(send).toBe(3);
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

  test("/healthz says ok, and what is not there is not found", async () => {
    await using server = await subject.start({ args: ["--metrics-port", "0"] });
    expect(await get(server, "/healthz")).toBe("ok\n");
    expect((await fetch(monitoringUrl(server, "/nothing"))).status).toBe(404);
    await expectCleanEnd(server);
  });

  test("reading changes nothing: neither rows nor totals", async () => {
    await using server = await subject.start({ args: ["--metrics-port", "0"] });
    using client = await Client.connect(server.port);
    expect(await client.answers()).toBe(true);
    await untilCounted(server, 6);
    const first = await get(server, "/metrics");
    for (let at = 0; at < 50; at++) {
      await get(server, "/connections");
      expect(await get(server, "/metrics")).toBe(first);
    }
    expect(await client.answers()).toBe(true);
    await client.finish();
    const { final } = await expectCleanEnd(server);
    expect(final).toMatchObject({ accepted: 1, requests: 2 });
  });

  test("a monitor that keeps its connection open does not hold up the end", async () => {
    await using server = await subject.start({ args: ["--metrics-port", "0"] });
    const { metricsPort } = server.listening;
    using monitor = await Client.connect(metricsPort ?? 0);
    await monitor.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await monitor.read(15);
    await expectCleanEnd(server);
  });
}

/** A client can have its echo a moment before the server has counted it. */
async function untilCounted(server: ServerProcess, sentBytes: number): Promise<void> {
  const sent = async () => (await readMetrics(server)).echo_sent_bytes_total;
  await until(async () => (await sent()) === sentBytes, "the echoes are counted");
}

async function get(server: ServerProcess, path: string): Promise<string> {
  return (await fetch(monitoringUrl(server, path))).text();
}

async function connections(server: ServerProcess): Promise<Record<string, unknown>[]> {
  return JSON.parse(await get(server, "/connections")) as Record<string, unknown>[];
}
