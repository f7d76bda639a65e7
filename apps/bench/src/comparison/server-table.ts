import Table from "cli-table3";
import type { Cell } from "./comparison.ts";
import { compared, type SideNames } from "./pairs.ts";

/** What one run of a server shows. */
export interface ServerFigures {
  readonly messagesPerSecond: number;
  /** The server's CPU time, of user and kernel, divided by the client's messages. */
  readonly cpuUsPerMessage: number;
}

/** A table of cells that have pairs, and how to read it. */
export function formatServers(cells: readonly Cell<ServerFigures>[], { first, second }: SideNames): string {
  const head = [
    ...["server", "connections", "pairs"],
    ...["messages/s", "CPU µs/message"].flatMap((figure) => [
      ...[first, second].map((name) => `${name}\n${figure}`),
      `${second}/${first}\nmedian (min..max)`,
    ]),
  ];
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...cells.map(row));
  const notes = [
    "The client is often the limit of messages/s; CPU per message is what a server costs. Below 1 is less.",
    "Every process is new: what TypeScript costs includes compiling it while it runs, so a longer --duration shows less.",
  ];
  return [table.toString(), ...notes].join("\n");
}

function row({ server, connections, pairs }: Cell<ServerFigures>): string[] {
  return [
    server,
    connections.toLocaleString("en-US"),
    String(pairs.length),
    ...compared(pairs, "messagesPerSecond", (rate) => Math.round(rate).toLocaleString("en-US")),
    ...compared(pairs, "cpuUsPerMessage", (us) => us.toFixed(2)),
  ];
}
