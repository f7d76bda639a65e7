import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { descriptors } from "@c10k-lab/process";
import { mainOf, TestProgram, until } from "@c10k-lab/process/testing";
import { Ledger } from "@c10k-lab/stats";
import { expect, test } from "vitest";
import { ConnectionTable } from "../../src/connection/connection-table.ts";
import { ResultsTable } from "../../src/measure/results-table.ts";

/** Most bytes of user space that a connection may take in the server, and as many in the client. */
const BOUND_BYTES = 200;
const FEW = 1000;
const MANY = 9000;
const READINGS = 4;
const SOCKADDR_IN_BYTES = 16;
/** Rows of a connection by its descriptor, see EchoConnections and EchoStreams. */
const LOOP_ROW_BYTES = { "server-epoll": 24, "server-uring": 32 } as const;
type Server = keyof typeof LOOP_ROW_BYTES;

/** A program whose worker's heap can be read. */
class HeapProgram implements AsyncDisposable {
  readonly program: TestProgram;
  readonly #file = join(mkdtempSync(join(tmpdir(), "c10k-heap-")), "heap");

  constructor(app: string, args: readonly string[]) {
    const preload = new URL("./log-heap.ts", import.meta.url).href;
    const env = { HEAP: this.#file, NODE_OPTIONS: `--import=${preload}` };
    this.program = new TestProgram({ program: mainOf(app), args, env });
  }

  /** Returns the bytes of live objects on the worker's heap: the least of some readings, as its loop goes on after the collection. */
  async heapBytes(): Promise<number> {
    const readings: number[] = [];
    while (readings.length < READINGS) readings.push(await this.#read());
    return Math.min(...readings);
  }

  async #read(): Promise<number> {
    const earlier = this.#lines().length;
    this.program.signal("SIGUSR2");
    await until(() => this.#lines().length > earlier, "the heap is read", 60_000);
    return Number(this.#lines().at(-1));
  }

  #lines(): string[] {
    return existsSync(this.#file) ? readFileSync(this.#file, "utf8").trimEnd().split("\n") : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.program.signal("SIGKILL");
    await this.program.exited;
  }
}

/** Returns the bytes of live objects on both sides' heaps while so many connections are open, of which one exchanges messages. */
async function readHeaps(server: Server, connections: number) {
  // A limit of silence wakes the server's loop once a second.
  await using serving = new HeapProgram(server, ["--port", "0", "--idle-timeout", "10m"]);
  await until(() => serving.program.stdout.includes("\n"), "the server listens", 30_000);
  const { port } = JSON.parse(serving.program.stdout.split("\n", 1)[0] ?? "");
  const args = ["--connections", `${connections}`, "--active", "1", "--think", "20ms", "--duration", "10m"];
  await using client = new HeapProgram("client", ["--port", `${port}`, ...args]);
  await until(() => descriptors(serving.program.pid).length > connections, "all are connected", 60_000);
  return { client: await client.heapBytes(), server: await serving.heapBytes() };
}

function tableBytesOfClient(): number {
  const { rows, moments, percentiles, outcomes, flags, locals } = ResultsTable.allocate(
    1,
    1,
    SOCKADDR_IN_BYTES,
  ).memory;
  const results = [rows.values, rows.states, moments, percentiles, outcomes, flags, locals];
  const { integers } = new ConnectionTable(1);
  return [...results, integers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function tableBytesOfServer(server: Server): number {
  const { rows, peers } = Ledger.allocate(1).memory;
  return rows.values.byteLength + rows.states.byteLength + peers.byteLength + LOOP_ROW_BYTES[server];
}

test.each(Object.keys(LOOP_ROW_BYTES) as Server[])(
  `a connection takes at most ${BOUND_BYTES} bytes of user space in %s, and as many in the client`,
  async (server) => {
    const [few, many] = [await readHeaps(server, FEW), await readHeaps(server, MANY)];
    const tables = { client: tableBytesOfClient(), server: tableBytesOfServer(server) };
    for (const side of ["server", "client"] as const) {
      const heapBytes = Math.max(0, (many[side] - few[side]) / (MANY - FEW));
      const text = `${tables[side]} B of tables, ${heapBytes.toFixed(1)} B of objects`;
      process.stdout.write(`a connection of the ${side}: ${text}\n`);
      expect(tables[side] + heapBytes, text).toBeLessThanOrEqual(BOUND_BYTES);
    }
  },
  240_000,
);
