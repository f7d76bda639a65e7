import Table from "cli-table3";
import type { Cell } from "./bench-run.ts";
import type { Figures } from "./measurement.ts";
import { ratios, type Spread, spread } from "./ratio.ts";
import type { Sides } from "./servers.ts";

/** A table of the cells that have pairs, and how to read it. */
export function formatResults(cells: readonly Cell[], sides: Sides, isPinned: boolean): string {
  const ratio = `${sides[1].name}/${sides[0].name}\nmedian (min..max)`;
  const head = [
    ...["server", "connections", "pairs"],
    ...["messages/s", "CPU µs/message"].flatMap((figure) => [
      ...sides.map(({ name }) => `${name}\n${figure}`),
      ratio,
    ]),
  ];
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...cells.filter(({ pairs }) => pairs.length > 0).map(row));
  const notes = [
    "The client is often the limit of messages/s; CPU per message is what a server costs. Below 1 is less.",
    "Every process is new: what TypeScript costs includes compiling it while it runs, so a longer --duration shows less.",
    isPinned ? [] : "There is one processor only: server and client took time from each other.",
  ].flat();
  return [table.toString(), ...notes].join("\n");
}

function row({ server, connections, pairs }: Cell): string[] {
  const columns = (figure: keyof Figures, format: (value: number) => string) => [
    format(spread(pairs.map(({ first }) => first[figure])).median),
    format(spread(pairs.map(({ second }) => second[figure])).median),
    formatRatio(ratios(pairs, figure)),
  ];
  return [
    server,
    connections.toLocaleString("en-US"),
    String(pairs.length),
    ...columns("messagesPerSecond", (rate) => Math.round(rate).toLocaleString("en-US")),
    ...columns("cpuUsPerMessage", (us) => us.toFixed(2)),
  ];
}

function formatRatio({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} (${min.toFixed(2)}..${max.toFixed(2)})`;
}
