import { CONFIDENCE_PERCENT } from "@c10k-lab/inference";
import type { DoubtReason } from "@c10k-lab/protocol";
import { integer, listed, plural } from "@c10k-lab/words";
import { changeSentences } from "../comparison/change.ts";
import { type Comparison, compareAtHardest, comparisonSentences, doubtOf } from "../comparison/comparison.ts";
import { type CellFigures, intervalOf } from "../model/cell-figures.ts";
import { placeOf } from "../model/place.ts";
import type { Quantity } from "../model/quantities.ts";
import { cellsOf, isWhole, type Study } from "../model/study.ts";

/** Sentences that follow from the data. No data, no sentence. */
export interface Findings {
  /** To the question that was asked; the first says the most. */
  readonly answer: readonly string[];
  /** What goes together with it: the kernel's and the servers' own accounts. */
  readonly evidence: readonly string[];
  readonly details: readonly string[];
}

/** What a server does for a message is known however busy its client was. */
const OF_THE_CLIENT: readonly DoubtReason[] = ["client-limit", "loop-lag", "send-lag"];

/** Where all variants are whole, and where at least two still are. */
export function comparisons(study: Study, quantity: Quantity): string[] {
  const all = compareAtHardest(study, quantity, Math.max(2, study.variants.length));
  const some = compareAtHardest(study, quantity);
  const chosen = [all, some].filter((one): one is Comparison => one !== null);
  const distinct = chosen.filter((one, at) => chosen.findIndex((o) => o.x === one.x) === at);
  return distinct.flatMap((comparison) => comparisonSentences(study, comparison));
}

/** "At 4,000 connections threaded switched context 1.9 times per message (99 % interval 1.8 to 2.0) and …" */
export function perVariant(
  study: Study,
  comparison: Comparison | null,
  verb: string,
  unit: string,
): string[] {
  if (comparison === null) return [];
  const { quantity, x } = comparison;
  const ordered = study.variants.flatMap((variant) =>
    comparison.ranked.filter((one) => one.variant === variant),
  );
  const said = ordered.map(({ variant, value, cell }, at) => {
    const amount = `${quantity.format(value)}${at === 0 ? ` ${unit}` : ""}`;
    return `${variant}${at === 0 ? ` ${verb}` : ""} ${amount} ${medianRange(cell, quantity, at === 0)}`;
  });
  if (said.length === 0) return [];
  return [`At ${placeOf(study.axis, x)} ${listed(said)}.${doubtOf(study, ordered, OF_THE_CLIENT)}`];
}

/** "(99 % interval 1.1 to 1.3)", or why there is none. */
export function medianRange(cell: CellFigures, { value, format }: Quantity, isFirst = true): string {
  const interval = intervalOf(cell, value);
  if (interval === null) return isFirst ? "(too few runs for an interval)" : "(no interval)";
  const name = isFirst ? `${CONFIDENCE_PERCENT} % interval ` : "";
  return `(${name}${format(interval.low)} to ${format(interval.high)})`;
}

/** Each variant at its largest whole place against its smallest. */
export function changesOverAxis(study: Study, variants: readonly string[], quantity: Quantity): string[] {
  const pairs = variants.flatMap((variant) => {
    const { smallest, largest } = endsOf(study, variant);
    if (smallest === null || largest === null) return [];
    const here = `at ${placeOf(study.axis, smallest.x)}`;
    return [{ to: largest, from: smallest, there: `at ${placeOf(study.axis, largest.x)}`, here }];
  });
  return changeSentences(study, quantity, pairs);
}

/** A variant's whole cells at both ends of the axis; null where there are not two. */
export function endsOf(
  study: Study,
  variant: string,
): { readonly smallest: CellFigures | null; readonly largest: CellFigures | null } {
  const cells = cellsOf(study, variant).filter(isWhole);
  const [smallest, largest] = [cells[0] ?? null, cells.at(-1) ?? null];
  return smallest === largest ? { smallest: null, largest: null } : { smallest, largest };
}

export function overflowSentence(study: Study): string[] {
  const full = study.cells.flatMap(({ name, results }) => {
    const counts = results.map(({ evidence }) => evidence.tcp.ListenOverflows ?? 0);
    const sum = counts.reduce((a, b) => a + b, 0);
    if (sum === 0) return [];
    const runs =
      counts.length === 1 ? "" : ` in ${counts.filter((one) => one > 0).length} of ${counts.length} runs`;
    return [`${name} (${plural(sum, "overflow")}${runs})`];
  });
  if (full.length === 0) return [];
  return [
    `The queue of connections waiting to be accepted overflowed in ${listed(full)}: connect and first response ` +
      "times of these cells contain retransmissions by the kernel.",
  ];
}

export function balanceSentence(study: Study): string[] {
  const runs = study.results.cells;
  if (runs.length === 0 || runs.some(({ reconciliation }) => reconciliation?.balanced !== true)) return [];
  const cells = runs.length === 1 ? "the only run" : `all ${integer(runs.length)} runs`;
  return [`The ledgers of client and server agree to the byte in ${cells}.`];
}
