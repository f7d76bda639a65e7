import { CONFIDENCE_PERCENT } from "@c10k-lab/inference";
import type { ClientFigures, Truth } from "../processes/client-figures.ts";
import { DELAY } from "../processes/delay.ts";
import { labelOf } from "../processes/scene.ts";
import { formatTable } from "../text-table.ts";
import { targetsOf } from "./client-targets.ts";
import type { Cell } from "./comparison.ts";
import { formatRatio, hasFigure, medianOf, type SideNames } from "./pairs.ts";
import { formatTarget } from "./targets.ts";

const whole = (value: number) => Math.round(value).toLocaleString("en-US");
const microseconds = (value: number) => (value < 100 ? value.toFixed(1) : whole(value));

const ROWS = [
  ["messages/s", "messagesPerSecond", whole],
  ["p50 µs", "p50Us", microseconds],
  ["p90 µs", "p90Us", microseconds],
  ["p99 µs", "p99Us", microseconds],
  ["p99.9 µs", "p999Us", microseconds],
  ["p50 µs, intended", "intendedP50Us", microseconds],
  ["p99 µs, intended", "intendedP99Us", microseconds],
  ["p99.9 µs, intended", "intendedP999Us", microseconds],
  ["client's core %", "corePercent", whole],
] as const satisfies [string, keyof ClientFigures, (value: number) => string][];

const KNOWN = [
  "The server delays each message by a time from its range, uniformly distributed: the truth is known, and no client is",
  "the limit. A client reports more than the truth by its own time, the kernel's, and that of other programs.",
];
const UNKNOWN = [
  "A client that uses all of its core is the limit: its own cost shows in rate and response time. In other rows both",
  "measure the same server, and a ratio other than 1 is a difference between the measurements. Times “intended” count",
  "from the moment when a message was due.",
];

/**
 * Formats a table of the cells with known response times and one of the others, with a row for each figure, and notes.
 *
 * @param cells with at least one pair each
 */
export function formatClients(cells: readonly Cell<ClientFigures>[], truth: Truth, sides: SideNames): string {
  const known = cells.filter(({ server }) => server === DELAY);
  const others = cells.filter(({ server }) => server !== DELAY);
  return [
    ...(known.length === 0 ? [] : [formatCells(known, truth, sides), ...KNOWN]),
    ...(others.length === 0 ? [] : [formatCells(others, null, sides), ...UNKNOWN]),
  ].join("\n");
}

function formatCells(cells: readonly Cell<ClientFigures>[], truth: Truth | null, sides: SideNames): string {
  const { first, second } = sides;
  const ratio = `${second}/${first}\nmedian (${CONFIDENCE_PERCENT} %)`;
  const last = truth === null ? [ratio, "target"] : ["truth", `${first}/truth`, `${second}/truth`, ratio];
  const head = ["server", "connections", "pairs", "", first, second, ...last];
  const rows = cells.flatMap((cell) => buildRows(cell, truth));
  return formatTable(head, rows, [0, 3]);
}

function buildRows(cell: Cell<ClientFigures>, truth: Truth | null): string[][] {
  const { connections, pairs } = cell;
  const name = [labelOf(cell), connections.toLocaleString("en-US"), String(pairs.length)];
  return ROWS.filter(([, figure]) => hasFigure(pairs, figure)).map(([label, figure, format], row) => {
    const ratio = formatRatio(pairs, figure);
    return [
      ...(row === 0 ? name : ["", "", ""]),
      ...[label, format(medianOf(pairs, "first", figure)), format(medianOf(pairs, "second", figure))],
      ...(truth === null
        ? [ratio, formatTarget(targetsOf(cell), figure)]
        : [...formatTruth(cell, figure, truth[figure], format), ratio]),
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
