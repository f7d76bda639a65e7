/**
 * Calls the functions of native/connection-thread.c with odd arguments, then lets workers end while threads of theirs
 * are blocked in recv(2): by process.exit, and by an error that nobody catches. Prints "survived".
 *
 *     tools/sanitize node apps/server-threaded/test/fuzz-threads.ts [SEED]
 */
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { loadAddon, posix } from "@c10k-lab/posix";
import { threads } from "@c10k-lab/process";
import { SIZES, until } from "@c10k-lab/process/testing";
import { FIELDS_PER_ROW } from "@c10k-lab/stats/ledger";
import { oddValues, SMALL } from "../../../packages/posix/test/odd-values.ts";
import { Descriptors } from "../../../packages/posix/test/sockets.ts";

const CALLS_EACH = 1000;
const ROWS = 20;
const STACK_BYTES = 64 * 1024;
const BUFFER_BYTES = 16 * 1024;
const { workers: WORKERS } = SIZES.T3;

type Functions = Record<string, (...values: unknown[]) => unknown>;
const addon = loadAddon<Functions>(new URL("../build/connection-thread.node", import.meta.url));
const { createTable, startThread, liveThreads } = addon as Required<Functions>;

function shared(rows: number): [Float64Array, Int32Array] {
  const values = new SharedArrayBuffer(rows * FIELDS_PER_ROW * 8);
  return [new Float64Array(values), new Int32Array(new SharedArrayBuffer(rows * 4))];
}

function newTable(): object {
  return createTable?.(...shared(ROWS), STACK_BYTES, BUFFER_BYTES) as object;
}

/** Calls a function. An error must be one that says what is wrong with an argument. */
function callOddly(call: (...values: unknown[]) => unknown, values: unknown[]): unknown {
  try {
    return call(...values);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return error;
    throw error;
  }
}

async function fuzz(seed: number): Promise<void> {
  const odd = oddValues(seed);
  const table = newTable();
  const foreign = await foreignExternals();
  const pick = (good: unknown) =>
    [good, good, odd.value(), foreign[odd.below(foreign.length)]][odd.below(4)] as unknown;
  for (const [name, call] of Object.entries(addon)) {
    for (let at = 0; at < CALLS_EACH; at++) {
      const values =
        name === "createTable"
          ? [...shared(2).map(pick), pick(STACK_BYTES), pick(BUFFER_BYTES)]
          : [pick(table), odd.value(), odd.value(), odd.value()];
      // A small number would be a descriptor of this process, which the thread closes.
      if (SMALL.includes(values[2] as number)) values[2] = -1;
      callOddly(call, values);
    }
  }
  await until(() => (liveThreads?.(table) as number) === 0, "threads on descriptors that are not open end");
}

/** Objects of other addons and of V8 that are no table. */
async function foreignExternals(): Promise<unknown[]> {
  const { port1, port2 } = new MessageChannel();
  port1.close();
  return [port2, globalThis, new WeakRef({}), addon];
}

async function leaveWithThreads(): Promise<void> {
  const before = threads(process.pid).length;
  for (let round = 0; round < WORKERS; round++) {
    const worker = new Worker(new URL(import.meta.url), { workerData: round });
    worker.on("error", (error) => {
      if (String(error) !== "Error: as planned") throw error;
    });
    await new Promise((resolve) => worker.once("exit", resolve));
  }
  await until(() => threads(process.pid).length <= before, "all threads of ended workers have ended");
}

/** Starts threads that wait for input, and ends without a word to them. */
async function leave(round: number): Promise<never> {
  const descriptors = new Descriptors();
  const table = newTable();
  for (let row = 0; row < ROWS; row++) {
    const [, server] = descriptors.pair();
    posix.fcntl(server, posix.F_SETFL, 0);
    if (startThread?.(table, row, server) !== 0) throw new Error(`thread ${row} did not start`);
    if (startThread?.(table, row, server) !== -posix.EBUSY)
      throw new Error(`row ${row} got a second thread (EBUSY)`);
  }
  if (round % 2 === 0) process.exit(0);
  throw new Error("as planned");
}

if (!isMainThread) await leave(workerData);
await fuzz(Number(process.argv[2] ?? 1));
await leaveWithThreads();
process.stdout.write("survived\n");
