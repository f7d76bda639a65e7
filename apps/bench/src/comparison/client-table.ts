import Table from "cli-table3";
import type { ClientFigures, Truth } from "../processes/client-figures.ts";
import { labelOf } from "../processes/scene.ts";
import type { Cell } from "./comparison.ts";
import { compared, medianOf, type SideNames } from "./pairs.ts";

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
  "The server holds each message back for a time drawn from its range, all equally often: the truth is known, and no",
  "client is the limit. What a client says beyond it is its own time, the kernel's, and that of other programs.",
];
const UNKNOWN = [
  "Where a client uses all of its core it is the limit, and what it costs shows in rate and response time. Elsewhere",
  "both measure the same server, and a ratio away from 1 is a difference in measuring.",
];

/**
 * A table of cells that have pairs, a row for each figure, and how to read it.
 *
 * @param truth null when nothing is known of the server
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
  for (const cell of cells) table.push(...rows(cell, truth));
  return [table.toString(), ...(truth === null ? UNKNOWN : KNOWN)].join("\n");
}

function rows(cell: Cell<ClientFigures>, truth: Truth | null): string[][] {
  const { connections, pairs } = cell;
  return ROWS.map(([label, figure, format], row) => {
    const [first, second, ratio] = compared(pairs, figure, format);
    return [
      ...(row === 0
        ? [labelOf(cell), connections.toLocaleString("en-US"), String(pairs.length)]
        : ["", "", ""]),
      ...[label, first, second],
      ...(truth === null ? [] : besideTruth(cell, figure, truth[figure], format)),
      ratio,
    ];
  });
}

function besideTruth(
  { pairs }: Cell<ClientFigures>,
  figure: keyof ClientFigures,
  known: number | undefined,
  format: (value: number) => string,
): string[] {
  if (known === undefined) return ["", "", ""];
  const sides = ["first", "second"] as const;
  return [format(known), ...sides.map((side) => (medianOf(pairs, side, figure) / known).toFixed(3))];
}
