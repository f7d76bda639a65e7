import { untilStable } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd } from "../../harness/expectations.ts";
import { readMetrics, systemCalls } from "../../harness/metrics.ts";
import { ServerProcess } from "../../harness/server-process.ts";

const CLIENTS = 50;

/**
 * Of the servers with an event loop: how many connections a turn accepts, told from how often the server waits while it
 * accepts a burst.
 *
 * @param args of every server started
 */
export function acceptTurnCases(main: string, args: readonly string[] = []): void {
  test("with --accepts-per-turn 1 it waits before every accept of a burst, and accepts all", async () => {
    const calls = await callsForBurst(main, [...args, "--accepts-per-turn", "1"]);
    expect(calls.accept).toBeGreaterThanOrEqual(CLIENTS);
    expect(calls.wait).toBeGreaterThanOrEqual(CLIENTS);
  });

  test("without it a burst is accepted with hardly a wait", async () => {
    const calls = await callsForBurst(main, args);
    expect(calls.accept).toBeGreaterThanOrEqual(CLIENTS);
    expect(calls.wait).toBeLessThan(CLIENTS / 5);
  });
}

/** The system calls a server makes to accept clients that are all there before it looks and send nothing. */
async function callsForBurst(main: string, args: readonly string[]): Promise<Record<string, number>> {
  await using server = await ServerProcess.start(main, { args: [...args, "--metrics-port", "0"] });
  const calls = async () => systemCalls(await readMetrics(server));
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
