import { CONFIDENCE_PERCENT, RUNS_MIN } from "@c10k-lab/inference";
import { listed, ratio } from "@c10k-lab/words";
import type { CellFigures } from "../model/cell-figures.ts";
import type { Quantity } from "../model/quantities.ts";
import type { RunFigures } from "../model/run-figures.ts";
import type { Study } from "../model/study.ts";
import {
  between,
  type Difference,
  doubtOf,
  infinitePart,
  isReal,
  ratioOf,
  valueAndRange,
} from "./comparison.ts";

type Value = (run: RunFigures) => number | null;

/** `to` against `from`, below 1 where it is less; null where no change may be claimed. */
export function changeOf(to: CellFigures, from: CellFigures, value: Value): Difference | null {
  const ratio = ratioOf(to, from, value);
  const isOfNothing = value(to) === 0 || value(from) === 0;
  return ratio !== null && !isOfNothing && isReal(ratio) ? ratio : null;
}

/** Two cells of one variant, and how a sentence calls where they are. */
export interface Pair {
  readonly to: CellFigures;
  readonly from: CellFigures;
  /** Of `to`: "at 15,000 idle connections". */
  readonly there: string;
  /** Of `from`: "at 0 idle connections". */
  readonly here: string;
}

/**
 * What became of a quantity: a sentence for each pair that really changed, with its interval, and one for all that are
 * not shown to. Nothing of what was not measured.
 */
export function changeSentences(
  study: Pick<Study, "expected">,
  quantity: Quantity,
  pairs: readonly Pair[],
): string[] {
  const measured = pairs.filter(
    ({ to, from }) => quantity.value(to) !== null && quantity.value(from) !== null,
  );
  const changed = measured.filter(({ to, from }) => changeOf(to, from, quantity.value) !== null);
  const others = measured.filter((pair) => !changed.includes(pair));
  const alike = Map.groupBy(others, ({ there, here }) => `${there} ${here}`);
  return [
    ...changed.flatMap((pair) => changedSentence(study, quantity, pair)),
    ...[...alike.values()].map((of) => unchangedSentence(study, quantity, of)),
  ];
}

/** "select's rate at 15,000 idle connections was 0.19 times that at 0 idle connections (99 % interval …)." */
function changedSentence(study: Pick<Study, "expected">, quantity: Quantity, pair: Pair): string[] {
  const { to, from, there, here } = pair;
  const { what, value, format, unit } = quantity;
  const change = changeOf(to, from, value);
  if (change === null) return [];
  const doubt = doubtOf(study, [{ cell: to }, { cell: from }]);
  if (value(to) === Number.POSITIVE_INFINITY) {
    return [
      `${to.variant}'s ${what} ${there} was ${infinitePart(to, quantity)}, unlike that ${here} (${valueAndRange(from, quantity)}).${doubt}`,
    ];
  }
  const interval = `${CONFIDENCE_PERCENT} % interval ${between(change.interval)}`;
  const values = `${format(value(to) ?? 0)} against ${format(value(from) ?? 0)} ${unit}`;
  const size = `${ratio(change.ratio)} times that ${here}`;
  return [`${to.variant}'s ${what} ${there} was ${size} (${interval}; ${values}).${doubt}`];
}

function unchangedSentence(
  study: Pick<Study, "expected">,
  { what, value, format, unit }: Quantity,
  pairs: readonly Pair[],
): string {
  const [{ there, here }] = pairs as [Pair];
  const said = pairs.map(({ to, from }) => {
    const values = `${format(value(to) ?? 0)} and ${format(value(from) ?? 0)} ${unit}`;
    return `${to.variant} (${values}; ${noClaim(to, from, value)})`;
  });
  const doubt = doubtOf(
    study,
    pairs.flatMap(({ to, from }) => [{ cell: to }, { cell: from }]),
  );
  return `No real difference between the ${what} ${there} and that ${here} is shown for ${listed(said)}.${doubt}`;
}

/** Why two cells are not told apart, in a clause. */
export function noClaim(to: CellFigures, from: CellFigures, value: Value): string {
  const interval = ratioOf(to, from, value)?.interval;
  if (interval === undefined) return `fewer than ${RUNS_MIN} runs have no interval, so nothing is claimed`;
  const known = [interval.low, interval.high].every((bound) => Number.isFinite(bound));
  if (!known) return "their ratio has no finite interval, so nothing is claimed";
  return `${CONFIDENCE_PERCENT} % interval of their ratio ${between(interval)}`;
}
