import { type CellResult, SERVERS } from "@c10k-lab/protocol";
import { makeCell } from "./fixture.ts";

/** Twelve variants with long names: what a plan may ask of a legend. */
export function makeManyVariants(): CellResult[] {
  return SERVERS.flatMap((server, at) =>
    [5, 128, 1024, 4096].flatMap((backlog) =>
      [10, 100, 1000, 4000].map((connections) =>
        makeCell({
          server,
          connections,
          messagesPerSecond: 100_000 - 10 * connections + 5 * backlog + 1000 * at,
          p99Ms: connections / (20 + backlog / 300),
          refused: server === "select" ? Math.max(0, connections - 990) : 0,
          change: (cell) => ({
            ...cell,
            variant: `${server}, backlog ${backlog}`,
            id: `${server}-backlog-${backlog}-${connections}`,
            name: `${server}-backlog-${backlog}-${connections}`,
          }),
        }),
      ),
    ),
  );
}
