import { CONFIDENCE_PERCENT } from "@c10k-lab/inference";
import { describePlace, describeRange, listed, ratio } from "@c10k-lab/words";
import { type CellFigures, intervalOf } from "../../model/cell-figures.ts";
import { DATA_RATE, type Quantity, RATE } from "../../model/quantities.ts";
import {
  describeInfinity,
  describeInterval,
  describeMedian,
  describeNoClaim,
  describeRatios,
  hasTooFew,
  TOO_FEW,
} from "../../wording/intervals.ts";
import { type Deed, type Pair, placeOf, type Sentences } from "./finding.ts";

export const QUANTITY_SENTENCES = {
  changed: ({ quantity, difference, ...pair }) => describeChange(pair, quantity, difference),
  unchanged: ({ quantity, pairs }) => {
    const [first] = pairs;
    const said = pairs.map(
      ({ to, from }) => `${to.variant} (${show(quantity, from, to)}; ${describeNoClaim(to, from, quantity)})`,
    );
    const range = first === undefined ? "" : describeSpan(first);
    return `${range}, no real difference in ${quantity.what} is shown for ${listed(said)}.`;
  },
  leads: ({ quantity, more, less, difference }) => {
    const head = `${describeAt(more)}, ${more.variant}'s ${quantity.what}`;
    if (quantity.value(more) === Number.POSITIVE_INFINITY) {
      return `${head} was ${describeInfinity(more, quantity)}, unlike ${less.variant}'s (${describeMedian(less, quantity)}).`;
    }
    const range = describeInterval(difference.interval, ratio);
    return `${head} was ${ratio(difference.ratio)} times ${less.variant}'s (${range}; ${show(quantity, more, less)}).`;
  },
  alike: ({ quantity, cells }) => {
    const why = cells.some((cell) => hasTooFew(cell, quantity)) ? TOO_FEW : "their intervals overlap";
    return `${describeAt(cells[0])}, no real difference in ${quantity.what} is shown between ${listed(cells.map(({ variant }) => variant))} (${show(quantity, ...cells)}; ${why}).`;
  },
  infinite: ({ quantity, cell, against }) => {
    const head = `${describeAt(cell)}, ${cell.variant}'s ${quantity.what} was ${describeInfinity(cell, quantity)}`;
    if (against === null) return `${head}.`;
    return `${head}; no interval tells it from ${against.variant}'s (${describeMedian(against, quantity)}).`;
  },
  values: ({ quantity, deed, cells }) => {
    const said = cells.map((cell, at) => {
      const amount = quantity.format(quantity.value(cell) ?? 0);
      const [verb, unit] = at === 0 ? [` ${deed}`, ` ${DEED_UNITS[deed] ?? quantity.unit}`] : ["", ""];
      return `${cell.variant}${verb} ${amount}${unit} (${describeRangeOf(cell, quantity, at === 0)})`;
    });
    return `${describeAt(cells[0])}, ${listed(said)}.`;
  },
  unaffected: ({ cells, quantities }) => {
    const ordered = cells.toSorted((a, b) => a.variant.localeCompare(b.variant));
    const said = quantities.map((quantity) => `${quantity.what} (${show(quantity, ...ordered)})`);
    const isFew = quantities.some((quantity) => cells.some((cell) => hasTooFew(cell, quantity)));
    const why = isFew
      ? TOO_FEW
      : `the ${CONFIDENCE_PERCENT} % intervals of the ratios do not tell them apart`;
    return `${describeAt(cells[0])}, no real difference is shown between ${listed(ordered.map(({ variant }) => variant))} in ${listed(said)}: ${why}.`;
  },
  converged: ({ variants, from, furthest: [best, worst] }) => {
    const far = `furthest apart are ${best.name} and ${worst.name}: ${describeNoClaim(best, worst, RATE)}`;
    const names = listed(variants);
    return from === null
      ? `At no size measured a real difference in rate is shown between ${names} (${far}).`
      : `From ${describePlace("size", from)} on no real difference in rate is shown between ${names} (${far}).`;
  },
  "differs-throughout": ({ largest }) =>
    `Up to the largest, ${describePlace("size", largest)}, the servers still differ in rate: see the intervals below.`,
  "peak-data-rate": ({ cell }) =>
    `${cell.variant}'s data rate had its highest median with ${describePlace(...placeOf(cell))}: ${show(DATA_RATE, cell)} both ways together (${describeRangeOf(cell, DATA_RATE)}).`,
} satisfies Partial<Sentences>;

const DEED_UNITS: Readonly<Partial<Record<Deed, string>>> = {
  "switched context": "times per message",
  scanned: "descriptors per wait",
  met: "accept queue overflows a repetition",
  saw: "segments sent again a repetition",
};

function describeChange(
  pair: Pair,
  quantity: Quantity,
  { ratio: times, interval }: { ratio: number; interval: { low: number; high: number } },
): string {
  const { to, from, groups } = pair;
  const { what, value, format, unit } = quantity;
  const head = `${describeSpan(pair)}, ${to.variant}'s ${what}`;
  const [there, here] = groups?.map((group) => ` in “${group}”`) ?? ["", ""];
  if (value(to) === Number.POSITIVE_INFINITY) {
    return `${head} becomes ${describeInfinity(to, quantity)}${there}; it was ${describeMedian(from, quantity)}${here}.`;
  }
  const [before, after] = [value(from) ?? 0, value(to) ?? 0].map(format);
  const verb = times < 1 ? "falls" : "rises";
  return `${head} ${verb} from ${before}${here} to ${after} ${unit}${there} (×${ratio(times)}, ${CONFIDENCE_PERCENT} % interval ${describeRatios(interval)}).`;
}

/** Returns "From 0 to 10,000 idle connections", or the one place where two groups are compared. */
function describeSpan({ to, from, groups }: Pair): string {
  if (groups !== null) return describeAt(to);
  return `From ${describeRange(to.axis, from.axisValue, to.axisValue)}`;
}

function describeAt(cell: CellFigures | undefined): string {
  return cell === undefined ? "" : `At ${describePlace(...placeOf(cell))}`;
}

/** Returns "119,000 and 118,000 messages/s". */
function show({ value, format, unit }: Quantity, ...cells: readonly CellFigures[]): string {
  return `${listed(cells.map((cell) => format(value(cell) ?? 0)))} ${unit}`;
}

/** Returns "99 % interval 1.1 to 1.3"; without its name where it follows another. */
function describeRangeOf(cell: CellFigures, { value, format }: Quantity, isFirst = true): string {
  const interval = intervalOf(cell, value);
  if (isFirst) return describeInterval(interval, format);
  return interval === null ? "no interval" : `${format(interval.low)} to ${format(interval.high)}`;
}
