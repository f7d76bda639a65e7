import Table from "cli-table3";
import type { ClientFigures, Truth } from "../processes/client-figures.ts";
import { labelOf } from "../processes/scene.ts";
import type { Cell } from "./comparison.ts";
import { formatPairs, medianOf, type SideNames } from "./pairs.ts";

const whole = (value: number) => Math.round(value).toLocaleString("en-US");
const microseconds = (value: number) => (value < 100 ? value.toFixed(1) : whole(value));

const ROWS = [
  ["messages/s", "messagesPerSecond", whole],
  ["p50 µs", "p50Us", microseconds],
  ["p90 µs", "p90Us", microseconds],
  ["p99 µs", "p99Us", microseconds],
  ["client's core %", "corePercent", whole],
] as const satisfies [string, keyof ClientFigures, (value: number) => string][];

const KNOWN = [
  "The server delays each message by a time from its range, uniformly distributed: the truth is known, and no client is",
  "the limit. A client reports more than the truth by its own time, the kernel's, and that of other programs.",
];
const UNKNOWN = [
  "A client that uses all of its core is the limit: its own cost shows in rate and response time. In other rows both",
  "measure the same server, and a ratio other than 1 is a difference between the measurements.",
];

/**
 * Formats a table with a row for each figure, and notes.
 *
 * @param cells with at least one pair each
 * @param truth null for a server without known response times
 */
export function formatClients(
  cells: readonly Cell<ClientFigures>[],
  truth: Truth | null,
  sides: SideNames,
): string {
  const { first, second } = sides;
  const toTruth = truth === null ? [] : ["truth", `${first}/truth`, `${second}/truth`];
  const head = ["server", "connections", "pairs", "", first, second, ...toTruth];
  const table = new Table({
    head: [...head, `${second}/${first}\nmedian (min..max)`],
    colAligns: [...head, ""].map((_, column) => (column === 0 || column === 3 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  for (const cell of cells) table.push(...buildRows(cell, truth));
  return [table.toString(), ...(truth === null ? UNKNOWN : KNOWN)].join("\n");
}

function buildRows(cell: Cell<ClientFigures>, truth: Truth | null): string[][] {
  const { connections, pairs } = cell;
  return ROWS.map(([label, figure, format], row) => {
    const [first, second, ratio] = formatPairs(pairs, figure, format);
    return [
      ...(row === 0
        ? [labelOf(cell), connections.toLocaleString("en-US"), String(pairs.length)]
        : ["", "", ""]),
      ...[label, first, second],
      ...(truth === null ? [] : formatTruth(cell, figure, truth[figure], format)),
      ratio,
    ];
  });
}

function formatTruth(
  { pairs }: Cell<ClientFigures>,
  figure: keyof ClientFigures,
  truth: number | undefined,
  format: (value: number) => string,
): string[] {
  if (truth === undefined) return ["", "", ""];
  const sides = ["first", "second"] as const;
  return [format(truth), ...sides.map((side) => (medianOf(pairs, side, figure) / truth).toFixed(3))];
}
