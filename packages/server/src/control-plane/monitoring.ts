import { createServer, type Server } from "node:http";
import type { FinalLine } from "@c10k-lab/protocol";
import { Counter, Gauge, Registry } from "prom-client";
import type { ConnectionEntry } from "./connection-list.ts";

/** Source of the endpoints' data, read anew for each request. */
export interface Monitored {
  totals(): FinalLine;
  connections(): ConnectionEntry[];
}

/**
 * Serves `/metrics` for Prometheus, `/connections` as JSON and `/healthz` on a loopback port. It only reads the ledger,
 * so it costs the data plane nothing.
 *
 * @throws Error when the port cannot be opened
 */
export async function serveMonitoring(port: number, monitored: Monitored): Promise<Server> {
  const registry = createRegistry(monitored);
  const routes: Record<string, () => Promise<readonly [type: string, body: string]>> = {
    "/metrics": async () => [registry.contentType, await registry.metrics()],
    "/connections": async () => ["application/json", JSON.stringify(monitored.connections())],
    "/healthz": async () => ["text/plain", "ok\n"],
  };
  const server = createServer(async (request, response) => {
    const route = routes[(request.url ?? "").split("?")[0] ?? ""];
    if (!route) {
      response.writeHead(404).end(`not found; try ${Object.keys(routes).join(", ")}\n`);
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

function createRegistry(monitored: Monitored): Registry {
  const registry = new Registry();
  new Gauge({
    name: "echo_connections_open",
    help: "Connections open now",
    registers: [registry],
    collect() {
      this.set(countOpen(monitored.totals()));
    },
  });
  const counter = (name: string, help: string, read: (totals: FinalLine) => number) =>
    addCounter(registry, name, help, () => read(monitored.totals()));
  counter("echo_connections_accepted_total", "Connections accepted", ({ accepted }) => accepted);
  counter("echo_connections_refused_total", "Connections closed at once", ({ refused }) => refused);
  counter("echo_requests_total", "Messages echoed", ({ requests }) => requests);
  counter("echo_received_bytes_total", "Bytes received", ({ bytesReceived }) => bytesReceived);
  counter("echo_sent_bytes_total", "Bytes sent", ({ bytesSent }) => bytesSent);
  const counterBy = (label: string, name: string, help: string, read: (totals: FinalLine) => Counts) =>
    addCounterBy(registry, label, name, help, () => read(monitored.totals()));
  counterBy("reason", "echo_connections_closed_total", "Connections closed", ({ closed }) => closed);
  counterBy("call", "echo_system_calls_total", "System calls made to serve", ({ calls }) => calls);
  return registry;
}

type Counts = Readonly<Record<string, number>>;

/** Adds a counter whose value is read when it is asked for. */
function addCounter(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

/** Adds a counter with one value for each value of a label. */
function addCounterBy(
  registry: Registry,
  label: string,
  name: string,
  help: string,
  read: () => Counts,
): void {
  new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [key, count] of Object.entries(read())) this.inc({ [label]: key }, count);
    },
  });
}

function countOpen({ accepted, closed }: FinalLine): number {
  return Object.values(closed).reduce((left, ended) => left - ended, accepted);
}
