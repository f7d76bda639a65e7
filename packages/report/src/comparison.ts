import type { ServerName } from "@c10k-lab/protocol";
import type { CellFigures } from "./cell-figures.ts";
import { CLEAR_RATIO } from "./limits.ts";
import { integer, listed, plural, times } from "./numbers.ts";
import { isWhole, loadsOf, type Study } from "./study.ts";

type Value = (cell: CellFigures) => number | null;

/** One quantity that can be compared between servers. */
export interface Quantity {
  /** As in "threaded's p99 response time was …". */
  readonly what: string;
  readonly unit: string;
  readonly better: "high" | "low";
  readonly value: Value;
  readonly format: (value: number) => string;
}

/** The servers at one load, best first: whole cells only. */
export interface Comparison {
  readonly connections: number;
  readonly ranked: readonly { readonly server: ServerName; readonly value: number }[];
}

function compareAt(study: Study, quantity: Quantity, connections: number): Comparison {
  const ranked = study.servers.flatMap((server) => {
    const cell = study.cells.find((one) => one.server === server && one.connections === connections);
    const value = cell !== undefined && isWhole(cell) ? quantity.value(cell) : null;
    return value === null ? [] : [{ server, value }];
  });
  const sign = quantity.better === "high" ? -1 : 1;
  return { connections, ranked: ranked.toSorted((a, b) => sign * (a.value - b.value)) };
}

/** At the largest load for which at least so many servers have a value; null when there is none. */
export function compareAtLargest(study: Study, quantity: Quantity, serversMin = 2): Comparison | null {
  for (const connections of loadsOf(study).reverse()) {
    const comparison = compareAt(study, quantity, connections);
    if (comparison.ranked.length >= serversMin) return comparison;
  }
  return null;
}

/** Far enough apart that one run of each can tell them apart. */
export function isClear(a: number, b: number): boolean {
  if (a === b) return false; // Both may be infinite.
  return Math.max(a, b) > 0 && Math.max(a, b) >= CLEAR_RATIO * Math.min(a, b);
}

/** The best server, when it is clearly ahead of the next. */
export function leaderOf({ ranked }: Comparison): ServerName | null {
  const [first, second] = ranked;
  if (first === undefined || second === undefined) return null;
  return isClear(first.value, second.value) ? first.server : null;
}

/** The best against each of the others; those too close to call share one sentence. */
export function comparisonSentences(quantity: Quantity, { connections, ranked }: Comparison): string[] {
  const [best, ...others] = ranked;
  if (best === undefined || others.length === 0) return [];
  const at = plural(connections, "connection");
  const shown = (one: { value: number }) => quantity.format(one.value);
  const clear = others.filter((other) => isClear(best.value, other.value));
  const close = [best, ...others.filter((other) => !isClear(best.value, other.value))];
  const sentences = clear.map((other) => {
    const [more, less] = best.value > other.value ? [best, other] : [other, best];
    const values = `(${shown(more)} against ${shown(less)} ${quantity.unit})`;
    if (less.value === 0 || more.value === Number.POSITIVE_INFINITY)
      return `At ${at} ${more.server}'s ${quantity.what} was above ${less.server}'s ${values}.`;
    return `At ${at} ${more.server}'s ${quantity.what} was ${times(more.value / less.value)} ${less.server}'s ${values}.`;
  });
  if (close.length < 2) return sentences;
  const names = listed(close.map((one) => one.server));
  const values = `(${listed(close.map(shown))} ${quantity.unit})`;
  return [
    ...sentences,
    `At ${at} there is no clear difference in ${quantity.what} between ${names} ${values}.`,
  ];
}

/** "At 4,000 connections: threaded 1.9, epoll 0.01 switches per message." in the order of the tables. */
export function valuesSentence(
  study: Study,
  quantity: Quantity,
  { connections, ranked }: Comparison,
): string {
  const values = study.servers.flatMap((server) =>
    ranked.filter((one) => one.server === server).map((one) => `${server} ${quantity.format(one.value)}`),
  );
  return `At ${integer(connections)} connections: ${values.join(", ")} ${quantity.unit}.`;
}
