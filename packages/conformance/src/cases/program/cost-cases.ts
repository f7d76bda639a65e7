import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { BlockingClient } from "../../harness/blocking-client.ts";
import { expectCleanEnd } from "../../harness/expectations.ts";
import { pickSystemCalls, readMetrics } from "../../harness/monitoring.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import type { Subject } from "../../harness/subject.ts";

const CLIENTS = 10;
/** Rounds before the first that count, and rounds that count: V8 gives memory out in pieces, which fewer would show. */
const ROUNDS = { before: 3000, counted: 3000 };
const ROUNDS_PER_TURN = 100;
/** Number of counts at most: on a busy machine V8 compiles the loop later, and until then a message takes more heap. */
const COUNTS_MAX = 4;
/** Longest time of all counts, ms: each message waits for a processor twice, and no time is judged. */
const BOUND_MS = 180_000;
/** Bound of the heap that a message may take, bytes. Measured: none. One boxed number has 12 to 16. */
const MOST_ALLOCATED_BYTES = 4;
/** System calls of a message that no other shares a wait with: wait, receive, send; or one entry into the ring. Measured: 3.00, 1.00. */
const MOST_CALLS = { separate: 3.02, ring: 1.02 };

/** Registers the case of the cost of a message, by counts: no clock has a part in it. */
export function costCases(subject: Subject): void {
  test(
    "a message costs three system calls at most, and no more of the data plane's heap than its bound",
    () => boundCosts(subject),
    BOUND_MS,
  );
}

async function boundCosts(subject: Subject): Promise<void> {
  const preload = new URL("../../programs/log-allocation.ts", import.meta.url);
  const wrapper = ["env", "ALLOCATED=allocated", `NODE_OPTIONS=--import=${preload.href}`];
  await using server = await subject.start({ wrapper, args: ["--metrics-port", "0"] });
  const clients = Array.from({ length: CLIENTS }, () => new BlockingClient(server.port));
  await exchange(clients, ROUNDS.before);
  let cost = await countCosts(server, clients);
  for (let count = 1; count < COUNTS_MAX && cost.allocatedBytes >= MOST_ALLOCATED_BYTES; count++)
    cost = await countCosts(server, clients);
  const { allocatedBytes, calls } = cost;
  process.stdout.write(`a message: ${allocatedBytes.toFixed(1)} B, ${calls.toFixed(2)} system calls\n`);
  expect(allocatedBytes).toBeLessThan(MOST_ALLOCATED_BYTES);
  expect(calls).toBeLessThan(subject.hasCallPerMessage ? MOST_CALLS.separate : MOST_CALLS.ring);
  for (const client of clients) client[Symbol.dispose]();
  await expectCleanEnd(server);
}

/** Lets the clients send a message each in turn, as often as asked. */
async function exchange(clients: readonly BlockingClient[], rounds: number): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    for (const client of clients) client.exchange();
    // The test's own bound needs turns of the event loop.
    if (round % ROUNDS_PER_TURN === 0) await setImmediate();
  }
}

/** Returns what a message costs: bytes of heap and system calls. */
async function countCosts(server: ServerProcess, clients: readonly BlockingClient[]) {
  const before = await readCosts(server, clients);
  await exchange(clients, ROUNDS.counted);
  const after = await readCosts(server, clients);
  const messages = after.messages - before.messages;
  return {
    allocatedBytes: (after.allocatedBytes - before.allocatedBytes) / messages,
    calls: (after.calls - before.calls) / messages,
  };
}

async function readCosts(server: ServerProcess, clients: readonly BlockingClient[]) {
  const file = join(server.folder, "allocated");
  const readLines = () => (existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : []);
  const earlier = readLines().length;
  server.kill("SIGWINCH");
  while (readLines().length === earlier) await exchange(clients, ROUNDS_PER_TURN);
  const metrics = await readMetrics(server);
  const calls = Object.values(pickSystemCalls(metrics)).reduce((sum, count) => sum + count, 0);
  return { allocatedBytes: Number(readLines().at(-1)), calls, messages: metrics.echo_requests_total ?? 0 };
}
