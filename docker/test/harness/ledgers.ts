import type { FinalLine } from "@c10k-lab/protocol";
import { expect } from "vitest";
import type { ResultsFolder } from "./results-folder.ts";

/** Sums of one ledger: final lines of the servers, summaries of the clients, or rows of one side. */
interface Ledger {
  readonly connections: number;
  readonly messages: number;
  readonly toServer: number;
  readonly toClient: number;
}

/**
 * Expects that the four ledgers agree to the byte and hold echoed messages only.
 *
 * @returns the sums they agree on
 */
export async function expectAgreement(results: ResultsFolder, finals: readonly FinalLine[]): Promise<Ledger> {
  const { summaries } = results;
  const servers = await results.rows("server");
  const clients = await results.rows("client");
  const ledger: Ledger = {
    connections: clients.length,
    messages: total(clients, "requests_completed"),
    toServer: total(clients, "bytes_sent"),
    toClient: total(clients, "bytes_received"),
  };
  expect(ledger.toClient, "bytes that came back").toBe(ledger.toServer);
  expect(new Set(clients.map(({ outcome }) => outcome))).toEqual(new Set(["ok"]));
  expect(
    {
      connections: servers.length,
      messages: total(servers, "requests"),
      toServer: total(servers, "bytes_received"),
      toClient: total(servers, "bytes_sent"),
    },
    "rows of the server",
  ).toEqual(ledger);
  expect(
    {
      connections: sum(finals, ({ accepted }) => accepted),
      messages: sum(finals, ({ requests }) => requests),
      toServer: sum(finals, ({ bytesReceived }) => bytesReceived),
      toClient: sum(finals, ({ bytesSent }) => bytesSent),
    },
    "final lines",
  ).toEqual(ledger);
  expect(
    {
      connections: sum(summaries, ({ achieved }) => achieved.completed),
      messages: sum(summaries, ({ achieved }) => achieved.messages),
      toServer: sum(summaries, ({ achieved }) => achieved.bytesSent),
      toClient: sum(summaries, ({ achieved }) => achieved.bytesReceived),
    },
    "summaries",
  ).toEqual(ledger);
  return ledger;
}

/** Counts the rows for each value of a column. */
export function tally(rows: readonly Record<string, string>[], column: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { [column]: value = "" } of rows) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function total(rows: readonly Record<string, string>[], column: string): number {
  return sum(rows, (row) => Number(row[column]));
}

function sum<T>(all: readonly T[], value: (one: T) => number): number {
  return all.reduce((total, one) => total + value(one), 0);
}
