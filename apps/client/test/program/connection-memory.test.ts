import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { posix } from "@c10k-lab/posix";
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
/** Rows of a connection by its descriptor, see ConnectionRows. */
const LOOP_ROW_BYTES = { "server-epoll": 24, "server-uring": 32 } as const;
type Server = keyof typeof LOOP_ROW_BYTES;
/** The same of the client, see UringSockets; and its due times, see Deadlines. */
const SOCKET_BYTES = { epoll: 0, uring: 12 } as const;
const DUE_BYTES = 12;
/** Loads by server: one without, and one with due times, IPv6 and io_uring. */
const LOADS = [
  { server: "server-uring", io: "epoll", isIpv6: false, isPaced: false },
  { server: "server-epoll", io: "uring", isIpv6: false, isPaced: true },
  { server: "server-epoll", io: "uring", isIpv6: true, isPaced: true },
] as const;
type Load = (typeof LOADS)[number];

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
    this.program.signal("SIGWINCH");
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
async function readHeaps({ server, io, isIpv6, isPaced }: Load, connections: number) {
  // A limit of silence wakes the server's loop once a second.
  await using serving = new HeapProgram(server, [
    ...["--port", "0", "--idle-timeout", "10m", "--host", isIpv6 ? "::1" : "127.0.0.1"],
  ]);
  await until(() => serving.program.stdout.includes("\n"), "the server listens", 30_000);
  const { port } = JSON.parse(serving.program.stdout.split("\n", 1)[0] ?? "");
  const target = ["--host", isIpv6 ? "::1" : "127.0.0.1", "--port", `${port}`, "--io", io];
  const load = ["--connections", `${connections}`, "--active", "1", "--duration", "10m"];
  const pause = isPaced ? ["--rate", "50"] : ["--think", "20ms"];
  await using client = new HeapProgram("client", [...target, ...load, ...pause]);
  await until(() => descriptors(serving.program.pid).length > connections, "all are connected", 60_000);
  return { client: await client.heapBytes(), server: await serving.heapBytes() };
}

function tableBytesOfClient({ io, isIpv6, isPaced }: Load): number {
  const { rows, locals, ...memory } = ResultsTable.allocate(
    1,
    1,
    isIpv6 ? posix.AF_INET6 : posix.AF_INET,
  ).memory;
  const { starts, connects, ends, percentiles, outcomes, flags } = memory;
  const moments = [starts, connects, ends];
  const results = [rows.values, rows.states, ...moments, percentiles, outcomes, flags, locals.rows];
  const { integers } = new ConnectionTable(1);
  const tables = [...results, integers].reduce((sum, { byteLength }) => sum + byteLength, 0);
  return tables + SOCKET_BYTES[io] + (isPaced ? DUE_BYTES : 0);
}

function tableBytesOfServer(server: Server): number {
  const { rows, peers } = Ledger.allocate(1).memory;
  return rows.values.byteLength + rows.states.byteLength + peers.byteLength + LOOP_ROW_BYTES[server];
}

test.each(LOADS)(
  `a connection takes at most ${BOUND_BYTES} bytes of user space in $server, and as many in the client: --io $io, IPv6 $isIpv6, --rate $isPaced`,
  async (load) => {
    const [few, many] = [await readHeaps(load, FEW), await readHeaps(load, MANY)];
    const tables = { client: tableBytesOfClient(load), server: tableBytesOfServer(load.server) };
    for (const side of ["server", "client"] as const) {
      const heapBytes = Math.max(0, (many[side] - few[side]) / (MANY - FEW));
      const text = `${tables[side]} B of tables, ${heapBytes.toFixed(1)} B of objects`;
      process.stdout.write(`a connection of the ${side}: ${text}\n`);
      expect(tables[side] + heapBytes, text).toBeLessThanOrEqual(BOUND_BYTES);
    }
  },
  240_000,
);
