import type { CellFigures } from "./cell-figures.ts";
import { between, type Difference, doubtOf, isReal, type Quantity, ratioOf } from "./comparison.ts";
import { CONFIDENCE_PERCENT, RUNS_MIN } from "./interval.ts";
import { ratio } from "./numbers.ts";
import type { RunFigures } from "./run-figures.ts";
import type { Study } from "./study.ts";

type Value = (run: RunFigures) => number | null;

/** `to` against `from`, below 1 where it is less; null where no change may be claimed. */
export function changeOf(to: CellFigures, from: CellFigures, value: Value): Difference | null {
  const ratio = ratioOf(to, from, value);
  const isOfNothing = value(to) === 0 || value(from) === 0;
  return ratio !== null && !isOfNothing && isReal(ratio) ? ratio : null;
}

/** Two cells of one variant, and how a sentence calls them. */
export interface Pair {
  readonly to: CellFigures;
  readonly from: CellFigures;
  /** Of `to`: "select's rate at 15,000 idle connections". */
  readonly subject: string;
  /** Of `from`: "that at 0 idle connections". */
  readonly base: string;
}

/** What became of a quantity, with its interval; that none is shown where none is. Nothing where nothing was measured. */
export function changeSentence(study: Pick<Study, "expected">, quantity: Quantity, pair: Pair): string[] {
  const { to, from, subject, base } = pair;
  const { value, format, unit } = quantity;
  const [a, b] = [value(to), value(from)];
  if (a === null || b === null) return [];
  const doubt = doubtOf(study, [{ cell: to }, { cell: from }]);
  const change = changeOf(to, from, value);
  if (change === null) {
    const why = noClaim(to, from, value);
    return [
      `No real difference between ${subject} and ${base} is shown (${format(a)} and ${format(b)} ${unit}; ${why}).${doubt}`,
    ];
  }
  const interval = `${CONFIDENCE_PERCENT} % interval ${between(change.interval)}`;
  const values = `${format(a)} against ${format(b)} ${unit}`;
  return [`${subject} was ${ratio(change.ratio)} times ${base} (${interval}; ${values}).${doubt}`];
}

/** Why two cells are not told apart, in a clause. */
export function noClaim(to: CellFigures, from: CellFigures, value: Value): string {
  const interval = ratioOf(to, from, value)?.interval;
  if (interval === undefined) return `fewer than ${RUNS_MIN} runs have no interval, so nothing is claimed`;
  const known = [interval.low, interval.high].every((bound) => Number.isFinite(bound));
  if (!known) return "their ratio has no finite interval, so nothing is claimed";
  return `${CONFIDENCE_PERCENT} % interval of their ratio ${between(interval)}`;
}
