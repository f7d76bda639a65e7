import { describeLoad, labelOf } from "../processes/scene.ts";
import type { Cell, Verdict } from "./comparison.ts";
import { computeRatios } from "./pairs.ts";
import type { ServerFigures } from "./server-table.ts";

/** Bound of the median ratio of TypeScript to C. */
interface Target {
  readonly label: string;
  readonly figure: keyof ServerFigures;
  readonly bound: "least" | "most";
  readonly ratio: number;
}

const RATE: Target = { label: "rate", figure: "messagesPerSecond", bound: "least", ratio: 0.97 };
/** io_uring against epoll in C, from so many busy connections on that its system calls are shared. */
const RATE_OF_URING: Target = { ...RATE, ratio: 1.05 };
const URING_CONNECTIONS = 100;
const ACCEPTS: Target = { ...RATE, label: "accepts", ratio: 0.95 };
const TIMES: readonly Target[] = [
  { label: "p99", figure: "p99Us", bound: "most", ratio: 1.1 },
  { label: "max", figure: "maxUs", bound: "most", ratio: 2 },
];

/** Returns the target of a figure in words; "" when it has none. */
export function formatServerTarget(cell: Cell<ServerFigures>, figure: keyof ServerFigures): string {
  const target = targetsOf(cell).find((each) => each.figure === figure);
  return target === undefined ? "" : `${target.bound === "most" ? "≤" : "≥"} ${target.ratio.toFixed(2)}`;
}

/** Lists the labels of the targets that the median ratios miss. */
export function listMissedServerTargets(cell: Cell<ServerFigures>): string[] {
  return targetsOf(cell).flatMap(({ label, figure, bound, ratio }) => {
    const { median } = computeRatios(cell.pairs, figure);
    return (bound === "most" ? median <= ratio : median >= ratio) ? [] : [label];
  });
}

export function hasServerTargets(cell: Cell<ServerFigures>): boolean {
  return targetsOf(cell).length > 0;
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

/** The twin of io_uring in C is compared without a target: server-uring has to win against epoll. */
function targetsOf({ server, twin, connections, active, isChurn }: Cell<ServerFigures>): readonly Target[] {
  if (server === "uring" && twin === undefined) return [];
  if (isChurn) return [ACCEPTS];
  const isShared = twin !== undefined && (active ?? connections) >= URING_CONNECTIONS;
  return [isShared ? RATE_OF_URING : RATE, ...TIMES];
}
