import { CONFIDENCE_PERCENT, type Interval } from "@c10k-lab/inference";
import { about, type Column, integer, MISSING } from "@c10k-lab/words";
import { type CellFigures, intervalOf } from "../model/cell-figures.ts";
import { cellsInOrder, type Group } from "../model/group.ts";
import { CPU_PER_MESSAGE, type Quantity, RATE, RESPONSE_P50, RESPONSE_P99 } from "../model/quantities.ts";
import { axisColumn, SERVER } from "../text/columns.ts";
import { blocks, tableOf } from "../text/markdown.ts";

const COLUMNS: readonly Column<CellFigures>[] = [
  { head: "repetitions", cell: ({ used }) => integer(used.length) },
  intervalColumn("messages/s", RATE),
  intervalColumn("p50 ms", RESPONSE_P50),
  intervalColumn("p99 ms", RESPONSE_P99),
  intervalColumn("CPU µs per message", CPU_PER_MESSAGE),
];

/** Renders the interval of each median; empty where cells have too few repetitions. */
export function intervals(group: Group): string {
  const cells = cellsInOrder(group).filter((cell) => intervalOf(cell, RATE.value) !== null);
  if (cells.length === 0) return "";
  return blocks([
    "### Intervals",
    `The ${CONFIDENCE_PERCENT} % bootstrap interval of each median. In the charts they are the upright bars.`,
    tableOf([SERVER, axisColumn(group.axis), ...COLUMNS], cells),
  ]);
}

function intervalColumn(head: string, { value }: Quantity): Column<CellFigures> {
  return {
    head,
    cell: (cell) => {
      const interval = intervalOf(cell, value);
      return interval === null ? MISSING : describeInterval(interval);
    },
  };
}

/** Returns "94.1 to 98.0"; an end is infinite where messages never came back. */
function describeInterval({ low, high }: Interval): string {
  if (!Number.isFinite(low)) return MISSING;
  return Number.isFinite(high) ? `${about(low)} to ${about(high)}` : `${about(low)} or more`;
}
