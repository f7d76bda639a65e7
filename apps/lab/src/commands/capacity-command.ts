import {
  choice,
  command,
  durationMs,
  integer,
  integerRange,
  type OptionValues,
  percentage,
  UsageError,
} from "@c10k-lab/cli";
import { SEARCHED } from "@c10k-lab/protocol";
import { expectedCells, isSettled, type PlanToSearch, searchCapacity } from "../capacity/capacity-run.ts";
import { changedSearch } from "../capacity/search-changes.ts";
import { changed } from "../plan/plan-changes.ts";
import { findPlan } from "../plan/plan-library.ts";
import { MEASURING_OPTIONS, measure } from "./measure.ts";

const DEFAULT_PLAN = "capacity";

const OPTIONS = {
  ...MEASURING_OPTIONS,
  p99Ms: durationMs({
    describe: "objective: at most this p99 response time, from when messages were due [default: the plan's]",
    min: 0.001,
    noun: "a response time",
  }),
  achievedPercent: percentage({
    describe: "objective: at least this part of the messages offered answered [default: the plan's]",
    max: 100,
    noun: "a part",
  }),
  connections: integerRange({
    describe: "search the number of connections from A on, up to B: A..B [default: the plan's]",
    min: 1,
    max: 1_000_000,
    noun: "a number of connections",
  }),
  atRate: integer({
    describe: "messages/s in all while connections are searched [default: the plan's]",
    min: 1,
    max: 100_000_000,
    noun: "a rate",
  }),
  rate: integerRange({
    describe: "search the rate from A messages/s on, up to B: A..B [default: the plan's]",
    min: 1,
    max: 100_000_000,
    noun: "a rate",
  }),
  atConnections: integer({
    describe: "connections while the rate is searched [default: the plan's]",
    min: 1,
    max: 1_000_000,
    noun: "a number of connections",
  }),
  only: choice(SEARCHED, { describe: `search only one of ${SEARCHED.join(", ")} [default: the plan's]` }),
  precisionPercent: percentage({
    describe: "how close the ends of an interval are to each other [default: the plan's]",
    min: 0.01,
    max: 100,
    noun: "a precision",
  }),
  repeats: integer({
    describe: "runs of either end of an interval, most of which must agree [default: the plan's]",
    min: 1,
    max: 100,
    noun: "a number of repeats",
  }),
  durationMs: durationMs({
    describe: "how long each run exchanges messages [default: the plan's]",
    min: 100,
  }),
} as const;

export const capacityCommand = command({
  usage: "capacity [plan]",
  describe: "search how many connections, and what rate, each server carries",
  arguments: [
    {
      name: "plan",
      describe: `${DEFAULT_PLAN}, or a file of your own with a search: ./mine.yaml`,
      default: DEFAULT_PLAN,
    },
  ],
  options: OPTIONS,
  examples: [
    ["npm run lab -- capacity", "every server, both ways"],
    [
      "npm run lab -- capacity --servers epoll --only rate --p99 10ms",
      "a part of it, and a stricter promise",
    ],
    ["npm run lab -- capacity --connections 1000..15000 --at-rate 20000", "another range, at another rate"],
  ],
  run: async (options, planName) => {
    const plan = planToSearch(planName, options);
    return measure(
      {
        plan,
        cells: expectedCells(plan),
        work: (session, machine) => searchCapacity(session, plan, machine),
        isWell: (results) => isSettled(plan, results),
      },
      options,
    );
  },
});

/** @throws UsageError when the plan has nothing to search */
function planToSearch(name: string, options: OptionValues<typeof OPTIONS>): PlanToSearch {
  const found = findPlan(name);
  if (!found.search) throw new UsageError(`${found.name} has no search: npm run lab -- run ${name}`);
  const { servers, durationMs, repeats } = options;
  const plan = changed(found, { servers, durationMs, repeats });
  return { ...plan, search: changedSearch(found.search, options) };
}
