import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd } from "../../harness/expectations.ts";
import { pickSystemCalls, readMetrics } from "../../harness/monitoring.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import type { Subject } from "../../harness/subject.ts";

const CLIENTS = 10;
/** Rounds before the first that count, and rounds that count: V8 gives memory out in pieces, which fewer would show. */
const ROUNDS = { before: 3000, counted: 3000 };
/** Number of counts at most: on a busy machine V8 compiles the loop later, and until then a message takes more heap. */
const COUNTS_MAX = 4;
/**
 * Bounds of the heap that a message may take, bytes. Measured: 18 to 21 with a system call for each message, the time of its
 * turn; 33 to 35 with completions, also an address.
 */
const MOST_ALLOCATED_BYTES = { perCall: 40, perCompletion: 72 };
/** System calls of a message that no other shares a wait with: wait, receive, send. */
const MOST_CALLS = 3.1;

/** Registers the case of the cost of a message, by counts: no clock has a part in it. */
export function costCases(subject: Subject): void {
  test("a message costs three system calls at most, and no more of the data plane's heap than its bound", async () => {
    const preload = new URL("../../programs/log-allocation.ts", import.meta.url);
    const wrapper = ["env", "ALLOCATED=allocated", `NODE_OPTIONS=--import=${preload.href}`];
    await using server = await subject.start({ wrapper, args: ["--metrics-port", "0"] });
    const clients = await Client.all(CLIENTS, server.port);
    await exchange(clients, ROUNDS.before);
    const { perCall, perCompletion } = MOST_ALLOCATED_BYTES;
    const mostBytes = subject.hasCallPerMessage ? perCall : perCompletion;
    let cost = await countCosts(server, clients);
    for (let count = 1; count < COUNTS_MAX && cost.allocatedBytes >= mostBytes; count++)
      cost = await countCosts(server, clients);
    const { allocatedBytes, calls } = cost;
    process.stdout.write(`a message: ${allocatedBytes.toFixed(1)} B, ${calls.toFixed(2)} system calls\n`);
    expect(allocatedBytes).toBeLessThan(mostBytes);
    expect(calls).toBeLessThan(MOST_CALLS);
    for (const client of clients) await client.finish();
    await expectCleanEnd(server);
  });
}

/** Lets each client send its next message when the last is back. */
async function exchange(clients: readonly Client[], rounds: number): Promise<void> {
  const exchangeAlone = async (client: Client) => {
    for (let round = 0; round < rounds; round++) expect(await client.answers()).toBe(true);
  };
  await Promise.all(clients.map(exchangeAlone));
}

/** Returns what a message costs: bytes of heap and system calls. */
async function countCosts(server: ServerProcess, clients: readonly Client[]) {
  const before = await readCosts(server, clients);
  await exchange(clients, ROUNDS.counted);
  const after = await readCosts(server, clients);
  const messages = after.messages - before.messages;
  return {
    allocatedBytes: (after.allocatedBytes - before.allocatedBytes) / messages,
    calls: (after.calls - before.calls) / messages,
  };
}

async function readCosts(server: ServerProcess, clients: readonly Client[]) {
  const file = join(server.folder, "allocated");
  const readLines = () => (existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : []);
  const earlier = readLines().length;
  server.kill("SIGUSR2");
  while (readLines().length === earlier) await exchange(clients, 1);
  const metrics = await readMetrics(server);
  const calls = Object.values(pickSystemCalls(metrics)).reduce((sum, count) => sum + count, 0);
  return { allocatedBytes: Number(readLines().at(-1)), calls, messages: metrics.echo_requests_total ?? 0 };
}
