import type { Findings, Unmeasured } from "@c10k-lab/protocol";
import { axisWords } from "./phrases/axis.ts";
import { integer, listed } from "./phrases/numbers.ts";

/**
 * Returns the loads that the budget left no time for, and the time that they would take; of a run that was interrupted, the
 * loads alone. null where all were measured.
 */
export function describeUnmeasured(
  { unmeasured, levels }: Pick<Findings, "unmeasured" | "levels">,
  wasInterrupted: boolean,
): string | null {
  if (unmeasured.length === 0) return null;
  const groups = [...Map.groupBy(unmeasured, ({ group }) => group)].map(([group, loads]) => {
    const places = describePlaces(loads);
    if (group === null) return places;
    const isWhole = levels.every((level) => level.group !== group);
    return isWhole ? `the question “${group}” (${places})` : `“${group}” at ${places}`;
  });
  return wasInterrupted
    ? `Not measured, because the run was interrupted: ${groups.join("; ")}.`
    : `Not measured for lack of time: ${groups.join("; ")}. ${describeTime(unmeasured)}.`;
}

/** Returns "0, 1,000 and 5,000 idle connections". */
function describePlaces(loads: readonly Unmeasured[]): string {
  const [first] = loads;
  if (first === undefined) return "";
  const { before, format, unit, singular } = axisWords(first.axis);
  const values = loads.map(({ at }) => at).toSorted((a, b) => a - b);
  return `${before}${listed(values.map(format))}${values.length === 1 && values[0] === 1 ? singular : unit}`;
}

function describeTime(unmeasured: readonly Unmeasured[]): string {
  const seconds = unmeasured.map(({ wouldTake }) => wouldTake);
  if (seconds.includes(null)) return "It takes a longer --budget";
  const sum = seconds.reduce<number>((total, one) => total + (one ?? 0), 0);
  return `It would take some ${integer(Math.ceil(sum))} s more (--budget)`;
}
