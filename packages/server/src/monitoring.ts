import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { FinalLine } from "@c10k-lab/protocol";
import { Gauge, Registry } from "prom-client";
import type { ConnectionEntry } from "./connection-list.ts";

/** What the endpoints show, read anew at each request. */
export interface Monitored {
  totals(): FinalLine;
  connections(): ConnectionEntry[];
}

/**
 * `/metrics` for Prometheus, `/connections` the live list as JSON, `/healthz`; on loopback only. It reads the ledger
 * and costs the data plane nothing.
 */
export async function serveMonitoring(port: number, monitored: Monitored): Promise<Server> {
  const registry = metrics(monitored);
  const routes: Record<string, () => Promise<readonly [type: string, body: string]>> = {
    "/metrics": async () => [registry.contentType, await registry.metrics()],
    "/connections": async () => ["application/json", JSON.stringify(monitored.connections())],
    "/healthz": async () => ["text/plain", "ok\n"],
  };
  const server = createServer(async (request, response) => {
    const route = routes[(request.url ?? "").split("?")[0] ?? ""];
    if (!route) {
      response.writeHead(404).end(`not here; try ${Object.keys(routes).join(", ")}\n`);
      return;
    }
    const [type, body] = await route();
    response.writeHead(200, { "content-type": type }).end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

export function monitoringPort(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function metrics(monitored: Monitored): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge("echo_connections_open", "Connections open now", () => open(monitored.totals()));
  gauge("echo_connections_accepted_total", "Connections accepted", () => monitored.totals().accepted);
  gauge("echo_connections_refused_total", "Connections closed at once", () => monitored.totals().refused);
  gauge("echo_requests_total", "Messages echoed", () => monitored.totals().requests);
  gauge("echo_received_bytes_total", "Bytes received", () => monitored.totals().bytesReceived);
  gauge("echo_sent_bytes_total", "Bytes sent", () => monitored.totals().bytesSent);
  return registry;
}

function open({ accepted, closed }: FinalLine): number {
  return Object.values(closed).reduce((left, ended) => left - ended, accepted);
}
