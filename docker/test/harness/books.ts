import type { FinalLine } from "@c10k-lab/protocol";
import { expect } from "vitest";
import type { ResultsFolder } from "./results-folder.ts";

/** The same run as told by a server's final lines, the clients' summaries, and the rows of either side. */
interface Books {
  readonly connections: number;
  readonly messages: number;
  readonly toServer: number;
  readonly toClient: number;
}

/**
 * All four tellings are equal to the byte, and nothing but echoed messages is in them.
 *
 * @returns what they agree on
 */
export async function expectBalanced(results: ResultsFolder, finals: readonly FinalLine[]): Promise<Books> {
  const { summaries } = results;
  const servers = await results.rows("server");
  const clients = await results.rows("client");
  const books: Books = {
    connections: clients.length,
    messages: total(clients, "requests_completed"),
    toServer: total(clients, "bytes_sent"),
    toClient: total(clients, "bytes_received"),
  };
  expect(books.toClient, "every byte came back").toBe(books.toServer);
  expect(new Set(clients.map(({ outcome }) => outcome))).toEqual(new Set(["ok"]));
  expect(
    {
      connections: servers.length,
      messages: total(servers, "requests"),
      toServer: total(servers, "bytes_received"),
      toClient: total(servers, "bytes_sent"),
    },
    "rows of the server",
  ).toEqual(books);
  expect(
    {
      connections: sum(finals, ({ accepted }) => accepted),
      messages: sum(finals, ({ requests }) => requests),
      toServer: sum(finals, ({ bytesReceived }) => bytesReceived),
      toClient: sum(finals, ({ bytesSent }) => bytesSent),
    },
    "final lines",
  ).toEqual(books);
  expect(
    {
      connections: sum(summaries, ({ achieved }) => achieved.completed),
      messages: sum(summaries, ({ achieved }) => achieved.messages),
      toServer: sum(summaries, ({ achieved }) => achieved.bytesSent),
      toClient: sum(summaries, ({ achieved }) => achieved.bytesReceived),
    },
    "summaries",
  ).toEqual(books);
  return books;
}

/** How many rows have each value of a column. */
export function tally(rows: readonly Record<string, string>[], column: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { [column]: value = "" } of rows) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function total(rows: readonly Record<string, string>[], column: string): number {
  return sum(rows, (row) => Number(row[column]));
}

function sum<T>(all: readonly T[], value: (one: T) => number): number {
  return all.reduce((so, one) => so + value(one), 0);
}
