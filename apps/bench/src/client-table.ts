import Table from "cli-table3";
import type { Cell } from "./comparison.ts";
import { compared } from "./pairs.ts";

/** What a client says of a server, and how busy it was itself. */
export interface ClientFigures {
  readonly messagesPerSecond: number;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly corePercent: number;
}

const whole = (value: number) => Math.round(value).toLocaleString("en-US");
const microseconds = (value: number) => (value < 100 ? value.toFixed(1) : whole(value));

const ROWS = [
  ["messages/s", "messagesPerSecond", whole],
  ["p50 µs", "p50Us", microseconds],
  ["p90 µs", "p90Us", microseconds],
  ["p99 µs", "p99Us", microseconds],
  ["client's core %", "corePercent", whole],
] as const satisfies [string, keyof ClientFigures, (value: number) => string][];

/** A table of cells that have pairs, a row for each figure, and how to read it. */
export function formatClients(
  cells: readonly Cell<ClientFigures>[],
  { first, second }: { readonly first: string; readonly second: string },
): string {
  const table = new Table({
    head: ["server", "connections", "pairs", "", first, second, `${second}/${first}\nmedian (min..max)`],
    colAligns: ["left", "right", "right", "left", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const cell of cells) table.push(...rows(cell));
  const notes = [
    "Where a client uses all of its core it is the limit, and what it costs shows in rate and response time. Elsewhere",
    "both measure the same server, and a ratio away from 1 is a difference in measuring.",
  ];
  return [table.toString(), ...notes].join("\n");
}

function rows({ server, connections, pairs }: Cell<ClientFigures>): string[][] {
  return ROWS.map(([label, figure, format], row) => [
    ...(row === 0 ? [server, connections.toLocaleString("en-US"), String(pairs.length)] : ["", "", ""]),
    label,
    ...compared(pairs, figure, format),
  ]);
}
