import type { Level } from "@c10k-lab/protocol";
import { ABOUT_NONE, type Claim } from "./claims.ts";
import { axisWords, describePlace } from "./phrases/axis.ts";
import { about, listed } from "./phrases/numbers.ts";

/** Best value of a server's rate, and the one at its highest load. */
interface Fall {
  readonly best: Level;
  readonly last: Level;
  /** Factor by which the intervals of both lie apart. */
  readonly strength: number;
}

/**
 * Returns the claim that the rate of a server falls as connections come: the intervals of its best and its last value do not
 * meet. The client may have held back the best one, which would make the fall larger. null where no rate falls.
 */
export function claimFall(levels: readonly Level[]): Claim | null {
  const rates = Map.groupBy(
    levels.filter(({ quantity, axis }) => quantity === "rate" && axis === "connections"),
    ({ variant }) => variant,
  );
  const falls = [...rates.values()].flatMap(findFall).toSorted((a, b) => b.strength - a.strength);
  const [first] = falls;
  if (first === undefined) return null;
  const { best, last, strength } = first;
  const steady = [...rates.keys()].filter((name) => !falls.some((fall) => fall.last.variant === name));
  const others = steady.length === 0 ? "" : `, and no fall is shown of ${listed(steady)}`;
  return {
    text: `the rate of ${best.variant} falls from ${about(best.value)} messages/s at ${axisWords(best.axis).format(best.axisValue)} to ${about(last.value)} at ${describePlace(last.axis, last.axisValue)}${others}`,
    strength,
    quantity: "rate",
    ...ABOUT_NONE,
  };
}

function findFall(all: readonly Level[]): Fall[] {
  const levels = all.toSorted((a, b) => a.axisValue - b.axisValue);
  const last = levels.at(-1);
  if (last === undefined || last.isLowerBound || last.high === null) return [];
  const best = levels.reduce((a, b) => ((b.low ?? 0) > (a.low ?? 0) ? b : a));
  const strength = (best.low ?? 0) / last.high;
  return strength > 1 ? [{ best, last, strength }] : [];
}
