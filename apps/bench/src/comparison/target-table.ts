import { describeLoad, labelOf } from "../processes/scene.ts";
import { formatTable } from "../text-table.ts";
import type { Cell } from "./comparison.ts";
import { formatRatio, medianOf, type SideNames } from "./pairs.ts";
import type { ServerFigures } from "./server-table.ts";
import { listMissedServerTargets, targetsOf } from "./server-targets.ts";
import { formatTarget } from "./targets.ts";

const FIGURES = [
  ["messages/s", "messagesPerSecond"],
  ["p99", "p99Us"],
  ["max", "maxUs"],
  ["CPU/message", "cpuUsPerMessage"],
] as const satisfies [string, keyof ServerFigures][];

/** Formats the ratios of `--table` with their targets. @param cells with at least one pair each */
export function formatTargets(cells: readonly Cell<ServerFigures>[], { first, second }: SideNames): string {
  const head = [
    ...["server", "connections", "pairs", `${first}\nmessages/s`, `${second}\nmessages/s`],
    ...FIGURES.map(([label]) => `${label}\n${second}/${first}`),
    "targets",
  ];
  const notes = [
    "Medians of the pairs, and the 99 % interval where there are enough. One-message connections are opened, answered once and closed: accepts.",
    "Both servers of a pair are warm: the messages of the first second are in no figure but CPU/message.",
  ];
  return [formatTable(head, cells.map(formatRow), [0, head.length - 1]), ...notes].join("\n");
}

function formatRow(cell: Cell<ServerFigures>): string[] {
  const { pairs } = cell;
  const targets = targetsOf(cell);
  const rate = (side: keyof SideNames) =>
    Math.round(medianOf(pairs, side, "messagesPerSecond")).toLocaleString("en-US");
  return [
    ...[labelOf(cell), describeLoad(cell), String(pairs.length), rate("first"), rate("second")],
    ...FIGURES.map(([, figure]) => {
      const target = formatTarget(targets, figure);
      return `${formatRatio(pairs, figure)}${target && ` ${target}`}`;
    }),
    formatVerdict(cell),
  ];
}

function formatVerdict(cell: Cell<ServerFigures>): string {
  if (targetsOf(cell).length === 0) return "none";
  const missed = listMissedServerTargets(cell);
  return missed.length === 0 ? "reached" : `missed: ${missed.join(", ")}`;
}
