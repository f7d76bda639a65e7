import { untilStable } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd } from "../../harness/expectations.ts";
import { pickSystemCalls, readMetrics } from "../../harness/monitoring.ts";
import { ServerProcess } from "../../harness/server-process.ts";

const CLIENTS = 50;

/**
 * Registers the cases of --accepts-per-turn, for servers with an event loop. The number of waits during a burst shows
 * how many connections a turn accepts.
 *
 * @param args arguments of every server that the cases start
 */
export function acceptTurnCases(main: string, args: readonly string[] = []): void {
  test("with --accepts-per-turn 1 the server waits before every accept of a burst and accepts all clients", async () => {
    const calls = await countCallsForBurst(main, [...args, "--accepts-per-turn", "1"]);
    expect(calls.accept).toBeGreaterThanOrEqual(CLIENTS);
    expect(calls.wait).toBeGreaterThanOrEqual(CLIENTS);
  });

  test("without --accepts-per-turn the server accepts a burst with hardly a wait", async () => {
    const calls = await countCallsForBurst(main, args);
    expect(calls.accept).toBeGreaterThanOrEqual(CLIENTS);
    expect(calls.wait).toBeLessThan(CLIENTS / 5);
  });
}

/** Counts the system calls with which a server accepts clients that all connected while it was frozen. */
async function countCallsForBurst(main: string, args: readonly string[]): Promise<Record<string, number>> {
  await using server = await ServerProcess.start(main, { args: [...args, "--metrics-port", "0"] });
  const calls = async () => pickSystemCalls(await readMetrics(server));
  const before = await calls();
  await server.freeze();
  const clients = await Client.all(CLIENTS, server.port);
  server.kill("SIGCONT");
  await untilStable(async () => (await calls()).accept ?? 0);
  const after = await calls();
  for (const client of clients) expect(await client.answers()).toBe(true);
  for (const client of clients) await client.finish();
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: CLIENTS, peak: CLIENTS });
  return Object.fromEntries(Object.entries(after).map(([call, made]) => [call, made - (before[call] ?? 0)]));
}
