import { CONFIDENCE_PERCENT } from "@c10k-lab/inference";
import { about, integer } from "@c10k-lab/words";
import { type CellFigures, intervalOf } from "../../model/cell-figures.ts";
import { wordsOf } from "../../model/place.ts";
import { CPU_PER_MESSAGE, RATE, RESPONSE_P50, RESPONSE_P99 } from "../../model/quantities.ts";
import { cellsOf, type Study } from "../../model/study.ts";
import { blocks, tableOf } from "../../text/markdown.ts";

const COLUMNS = [
  ["messages/s", RATE],
  ["p50 ms", RESPONSE_P50],
  ["p99 ms", RESPONSE_P99],
  ["CPU µs per message", CPU_PER_MESSAGE],
] as const;

/** How far another run might be off; empty where cells were run too rarely to tell. */
export function intervals(study: Study): string {
  const cells = study.variants
    .flatMap((variant) => cellsOf(study, variant))
    .filter((cell) => intervalOf(cell, RATE.value) !== null);
  if (cells.length === 0) return "";
  return blocks([
    "### Intervals",
    `The ${CONFIDENCE_PERCENT} % bootstrap interval of each median. In the charts they are the upright bars.`,
    tableOf({
      head: ["server", wordsOf(study.axis).label, "runs", ...COLUMNS.map(([head]) => head)],
      rows: cells.map((cell) => [
        cell.variant,
        wordsOf(study.axis).format(cell.x),
        integer(cell.runs.length),
        ...COLUMNS.map(([, { value }]) => range(cell, value)),
      ]),
    }),
  ]);
}

function range(cell: CellFigures, value: (typeof RATE)["value"]): string {
  const interval = intervalOf(cell, value);
  return interval === null ? "–" : `${about(interval.low)} to ${about(interval.high)}`;
}
