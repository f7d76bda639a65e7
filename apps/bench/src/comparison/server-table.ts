import { describeLoad, labelOf } from "../processes/scene.ts";
import { formatTable } from "../text-table.ts";
import type { Cell } from "./comparison.ts";
import { formatPairs, type SideNames } from "./pairs.ts";

/** Measurements of one server. */
export interface ServerFigures {
  readonly messagesPerSecond: number;
  /** The server's CPU time, user and system, divided by the client's messages. */
  readonly cpuUsPerMessage: number;
  /** Response times. */
  readonly p99Us: number;
  readonly maxUs: number;
}

/** Formats a table and notes. @param cells with at least one pair each */
export function formatServers(cells: readonly Cell<ServerFigures>[], { first, second }: SideNames): string {
  const head = [
    ...["server", "connections", "pairs"],
    ...["messages/s", "CPU µs/message"].flatMap((figure) => [
      ...[first, second].map((name) => `${name}\n${figure}`),
      `${second}/${first}\nmedian (min..max)`,
    ]),
  ];
  const notes = [
    "The client is often the limit of messages/s; CPU per message is the cost of the server. Below 1 is less.",
    "Every process is new: the cost of TypeScript includes its compilation, which weighs less with a longer --duration.",
  ];
  return [formatTable(head, cells.map(formatRow)), ...notes].join("\n");
}

function formatRow(cell: Cell<ServerFigures>): string[] {
  const { pairs } = cell;
  return [
    labelOf(cell),
    describeLoad(cell),
    String(pairs.length),
    ...formatPairs(pairs, "messagesPerSecond", (rate) => Math.round(rate).toLocaleString("en-US")),
    ...formatPairs(pairs, "cpuUsPerMessage", (us) => us.toFixed(2)),
  ];
}
