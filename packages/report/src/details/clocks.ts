import { CLOCKS, type Clock } from "@c10k-lab/protocol";
import { type Column, figure } from "@c10k-lab/words";
import type { CellFigures } from "../model/cell-figures.ts";
import { cellsInOrder, type Group } from "../model/group.ts";
import { axisColumn, SERVER } from "../text/columns.ts";
import { wideTableOf } from "../text/common-columns.ts";
import { blocks } from "../text/markdown.ts";

const NAMES: Readonly<Record<Clock, string>> = {
  connect: "connect",
  firstResponse: "first response",
  response: "response",
  intended: "intended",
};

/** Renders the four clocks side by side; a clock that measured nothing has no columns. */
export function clocks(group: Group): string {
  const cells = cellsInOrder(group);
  const used = CLOCKS.filter((clock) => cells.some(({ latency }) => latency[clock].p50 !== null));
  if (used.length === 0) return "";
  const columns = used.flatMap((clock): Column<CellFigures>[] => [
    { head: `${NAMES[clock]} p50 ms`, cell: ({ latency }) => figure(latency[clock].p50) },
    { head: `${NAMES[clock]} p99 ms`, cell: ({ latency }) => figure(latency[clock].p99) },
  ]);
  return blocks([
    "### Four clocks",
    "Never mixed. Connect: connect(2) to established. First response: the first byte sent to the first message back, the " +
      "wait to be accepted included. Response: each message from its sending. Intended: the same from the moment it was " +
      "due, which only an open loop has. Messages that failed count as longer than all others (∞).",
    wideTableOf([SERVER, axisColumn(group.axis), ...columns], cells),
  ]);
}
