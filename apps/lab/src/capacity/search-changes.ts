import { type Range, UsageError } from "@c10k-lab/cli";
import { SEARCHED, type Searched } from "@c10k-lab/protocol";
import type { SearchPlan, SearchRange } from "../plan/plan.ts";

/** Changes that a command line makes to a search. The plan applies where nothing is given. */
export interface SearchChanges {
  readonly p99Ms: number | undefined;
  readonly achievedPercent: number | undefined;
  readonly precisionPercent: number | undefined;
  readonly connections: Range | undefined;
  readonly rate: Range | undefined;
  /** Held fast while connections are searched. */
  readonly atRate: number | undefined;
  /** Held fast while the rate is searched. */
  readonly atConnections: number | undefined;
  readonly only: Searched | undefined;
}

const FIXED = { connections: "--at-rate", rate: "--at-connections" } as const;

/** @throws UsageError when nothing is left, or what is to be held fast is not known */
export function changeSearch(search: SearchPlan, changes: SearchChanges): SearchPlan {
  const { p99Ms, achievedPercent, precisionPercent, only } = changes;
  const { objective, precision } = search;
  const fixed = { connections: changes.atRate, rate: changes.atConnections };
  const ranges = SEARCHED.filter((searched) => only === undefined || only === searched).flatMap(
    (searched): [Searched, SearchRange][] => {
      const range = rangeOf(searched, search.ranges[searched], changes[searched], fixed[searched]);
      return range ? [[searched, range]] : [];
    },
  );
  if (ranges.length === 0)
    throw new UsageError(`--only ${only}: the plan does not search it; give --${only} A..B`);
  return {
    objective: {
      ...objective,
      p99Ms: p99Ms ?? objective.p99Ms,
      achievedMin: achievedPercent === undefined ? objective.achievedMin : achievedPercent / 100,
    },
    precision: precisionPercent === undefined ? precision : precisionPercent / 100,
    ranges: Object.fromEntries(ranges),
  };
}

function rangeOf(
  searched: Searched,
  planned: SearchRange | undefined,
  given: Range | undefined,
  fixed: number | undefined,
): SearchRange | undefined {
  const { from, to } = given ?? planned ?? {};
  const held = fixed ?? planned?.fixed;
  if (from === undefined || to === undefined) {
    if (fixed === undefined) return undefined;
    throw new UsageError(
      `${FIXED[searched]}: the plan does not search ${searched}; give --${searched} A..B too`,
    );
  }
  if (held === undefined)
    throw new UsageError(`--${searched}: say what is held fast with ${FIXED[searched]}`);
  return { from, to, fixed: held };
}
