import { CLOCKS, type Clock } from "@c10k-lab/protocol";
import { figure } from "@c10k-lab/words";
import type { CellFigures } from "../../model/cell-figures.ts";
import { wordsOf } from "../../model/place.ts";
import { cellsOf, type Study } from "../../model/study.ts";
import { blocks, tableOf } from "../../text/markdown.ts";

const NAMES: Readonly<Record<Clock, string>> = {
  connect: "connect",
  firstResponse: "first response",
  response: "response",
  intended: "intended",
};

/** The four clocks side by side; a clock that measured nothing anywhere has no columns. */
export function clocks(study: Study): string {
  const cells = study.variants.flatMap((variant) => cellsOf(study, variant));
  const used = CLOCKS.filter((clock) => cells.some(({ latency }) => latency[clock].p50 !== null));
  if (used.length === 0) return "";
  const columns = used.flatMap((clock) => [
    { head: `${NAMES[clock]} p50 ms`, show: (cell: CellFigures) => figure(cell.latency[clock].p50) },
    { head: `${NAMES[clock]} p99 ms`, show: (cell: CellFigures) => figure(cell.latency[clock].p99) },
  ]);
  return blocks([
    "### Four clocks",
    "Never mixed. Connect: connect(2) to established. First response: the first byte sent to the first message back, the " +
      "wait to be accepted included. Response: of each message from its sending. Intended: the same from the moment it was " +
      "due, which only an open loop has. Messages that failed count as longer than all others (∞).",
    tableOf({
      head: ["server", wordsOf(study.axis).label, ...columns.map(({ head }) => head)],
      rows: cells.map((cell) => [
        cell.variant,
        wordsOf(study.axis).format(cell.x),
        ...columns.map(({ show }) => show(cell)),
      ]),
    }),
  ]);
}
