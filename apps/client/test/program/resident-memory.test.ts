import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { ownMemoryKiB } from "@c10k-lab/posix";
import { LineQueue, pause } from "@c10k-lab/process";
import { mainOf, runApp, TestProgram, until } from "@c10k-lab/process/testing";
import { ControlAnswer, REST_MS } from "@c10k-lab/protocol";
import { expect, test } from "vitest";

/** Most bytes by which the memory of either program may grow for a connection. */
const BOUND_BYTES = 200;
/** Connections of the one process of either side, below 20,000 descriptors: the more there are, the less V8's own growth weighs. */
const CONNECTIONS = 15_000;
const LOAD = ["--connections", `${CONNECTIONS}`, "--active", "1%", "--duration", "1m"];
/** Time by which a program on a busy machine may be late. */
const SLACK_MS = 1000;
const READINGS = 7;
const READINGS_MS = 100;
/** Time in which an idle program has given back what opening its connections took, also on a busy machine. */
const REST_BOUND_MS = 60_000;

/** A program that is killed at the end of the test. */
class KilledProgram extends TestProgram implements AsyncDisposable {
  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.exited;
  }
}

/** Returns the median of some readings of a process's own memory. */
async function readMemoryKiB(pid: number): Promise<number> {
  const readings: number[] = [];
  while (readings.length < READINGS) {
    readings.push(ownMemoryKiB(pid));
    await pause(READINGS_MS);
  }
  return readings.toSorted((a, b) => a - b)[Math.floor(READINGS / 2)] ?? Number.NaN;
}

/** Waits until a process rests, and returns the bytes by which it has grown for each connection. */
async function readGrowth(pid: number, atRestKiB: number): Promise<number> {
  const growth = (heldKiB: number) => (1024 * (heldKiB - atRestKiB)) / CONNECTIONS;
  await until(() => growth(ownMemoryKiB(pid)) <= BOUND_BYTES, "memory is given back", REST_BOUND_MS);
  return growth(await readMemoryKiB(pid));
}

function startServer(): KilledProgram {
  return new KilledProgram({ program: mainOf("server-epoll"), args: ["--port", "0"] });
}

async function findPort(server: TestProgram): Promise<number> {
  await until(() => server.stdout.includes("\n"), "the server listens", 30_000);
  return JSON.parse(server.stdout.split("\n", 1)[0] ?? "").port;
}

/** Runs a small load. The server gives memory back once it is over. */
async function visit(port: number): Promise<void> {
  const { code } = await runApp("client", ["--port", `${port}`, "--connections", "10"]);
  expect(code).toBe(0);
}

/** Has both programs load what the measured ones load: Node writes its compile cache when a program ends by itself. */
async function fillCompileCache(): Promise<void> {
  await using server = startServer();
  await visit(await findPort(server));
  server.signal("SIGTERM");
  await server.exited;
}

/** Opens a gate for a client. Its first line says that all connections are open, and what the client had before the first. */
async function openGate() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as { port: number };
  const line = once(listener, "connection").then(([socket]) => new LineQueue(socket as Socket).next(120_000));
  return {
    address: `127.0.0.1:${port}`,
    gathered: async () => ControlAnswer.parse(JSON.parse((await line) ?? "null")),
    [Symbol.dispose]: () => void listener.close(),
  };
}

test(`resident memory of server-epoll and of the client grows by at most ${BOUND_BYTES} bytes a connection`, async () => {
  await fillCompileCache();
  await using server = startServer();
  const port = await findPort(server);
  await visit(port);
  await pause(2 * REST_MS + SLACK_MS);
  const atRestKiB = await readMemoryKiB(server.pid);
  using gate = await openGate();
  await using client = new KilledProgram({
    program: mainOf("client"),
    args: [...["--port", `${port}`, "--gate", gate.address], ...LOAD],
  });
  const { open, memory } = await gate.gathered();
  expect(open).toBe(CONNECTIONS);
  const bytes = {
    server: await readGrowth(server.pid, atRestKiB),
    client: await readGrowth(client.pid, memory?.atRestKiB ?? Number.NaN),
  };
  const text = `${bytes.server.toFixed(0)} B in the server, ${bytes.client.toFixed(0)} B in the client`;
  process.stdout.write(`resident, a connection: ${text}\n`);
  expect(Math.max(bytes.server, bytes.client), text).toBeLessThanOrEqual(BOUND_BYTES);
}, 300_000);
