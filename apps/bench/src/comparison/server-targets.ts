import { describeLoad, labelOf } from "../processes/scene.ts";
import type { Cell, Verdict } from "./comparison.ts";
import type { ServerFigures } from "./server-table.ts";
import { findMissed, type Target } from "./targets.ts";

type ServerTarget = Target<keyof ServerFigures>;

/** Smallest ratio of the rates of TypeScript and C. */
const RATE: ServerTarget = { label: "rate", figure: "messagesPerSecond", bound: "least", ratio: 0.97 };
/** io_uring against epoll in C, from so many busy connections on that its system calls are shared. */
const RATE_OF_URING: ServerTarget = { ...RATE, ratio: 1.05 };
const URING_CONNECTIONS = 100;
const ACCEPTS: ServerTarget = { ...RATE, label: "accepts", ratio: 0.95 };
const TIMES: readonly ServerTarget[] = [
  { label: "p99", figure: "p99Us", bound: "most", ratio: 1.1 },
  { label: "max", figure: "maxUs", bound: "most", ratio: 2 },
];

/** Lists the labels of the targets that the median ratios miss. */
export function listMissedServerTargets(cell: Cell<ServerFigures>): string[] {
  return findMissed(targetsOf(cell), cell.pairs).map(({ label }) => label);
}

/** Judges whether every server reaches its targets. A cell without pairs does not. */
export function judgeServers(cells: readonly Cell<ServerFigures>[]): Verdict {
  const faults = cells.flatMap((cell) => {
    const missed = cell.pairs.length === 0 ? ["no pair was measured"] : listMissedServerTargets(cell);
    return missed.length === 0 ? [] : ` ${labelOf(cell)} with ${describeLoad(cell)}: ${missed.join(", ")}.`;
  });
  const words = faults.length === 0 ? "Every target is reached." : `Targets are missed.${faults.join("")}`;
  return { agrees: faults.length === 0, words };
}

/**
 * Returns the targets of a cell. The twin of io_uring in C is compared without one: server-uring has to win against epoll.
 */
export function targetsOf({
  server,
  twin,
  connections,
  active,
  isChurn,
}: Cell<ServerFigures>): readonly ServerTarget[] {
  if (server === "uring" && twin === undefined) return [];
  if (isChurn) return [ACCEPTS];
  const isShared = twin !== undefined && (active ?? connections) >= URING_CONNECTIONS;
  return [isShared ? RATE_OF_URING : RATE, ...TIMES];
}
