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
import { SEARCHED, type Search } from "@c10k-lab/protocol";
import { describeEnd } from "@c10k-lab/words";
import { expectedCells, isSettled, searchCapacity } from "../capacity/capacity-run.ts";
import { changeSearch } from "../capacity/search-changes.ts";
import { checkPlan } from "../plan/check-plan.ts";
import type { PlanToSearch } from "../plan/plan.ts";
import { changePlan } from "../plan/plan-changes.ts";
import { findPlan } from "../plan/yaml/plan-library.ts";
import { prepareForeign } from "../preflight/foreign-servers.ts";
import { MEASURING_OPTIONS, measure, measuresWhole } from "./measure.ts";

const DEFAULT_PLAN = "capacity";

const OPTIONS = {
  ...MEASURING_OPTIONS,
  p99Ms: durationMs({
    describe:
      "objective: at most this p99 response time, measured from when a message was due [default: the plan's]",
    min: 0.001,
    noun: "a response time",
  }),
  achievedPercent: percentage({
    describe: "objective: at least this part of the offered messages is answered [default: the plan's]",
    max: 100,
    noun: "a part",
  }),
  connections: integerRange({
    describe: "A..B: search the number of connections from A up to B [default: the plan's]",
    min: 1,
    max: 1_000_000,
    noun: "a number of connections",
  }),
  atRate: integer({
    describe: "messages/s of all connections while connections are searched [default: the plan's]",
    min: 1,
    max: 100_000_000,
    noun: "a rate",
  }),
  rate: integerRange({
    describe: "A..B: search the rate from A up to B messages/s [default: the plan's]",
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
    describe: "largest distance between the ends of an interval [default: the plan's]",
    min: 0.01,
    max: 100,
    noun: "a precision",
  }),
  repeats: integer({
    describe: "trials of each end of an interval; most must agree [default: the plan's]",
    min: 1,
    max: 100,
    noun: "a number of repeats",
  }),
  durationMs: durationMs({
    describe: "how long each trial exchanges messages [default: the plan's]",
    min: 100,
  }),
  budgetMs: durationMs({
    describe: "time for the whole search: what is not settled then is told as such [default: the plan's]",
    min: 1000,
  }),
} as const;

export const capacityCommand = command({
  usage: "capacity [plan]",
  describe: "search the largest number of connections and the largest rate of each server",
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
      "a part of it, and a stricter objective",
    ],
    ["npm run lab -- capacity --connections 1000..15000 --at-rate 20000", "another range, at another rate"],
  ],
  run: async (options, planName) => {
    const found = findSearch(planName, options);
    const plan = { ...found, ...(await prepareForeign(found, options.engine)), search: found.search };
    const isSliced = !measuresWhole(options.engine);
    const searches: Search[] = [];
    return measure(
      {
        plan,
        cells: expectedCells(plan, isSliced),
        work: (session, machine) => searchCapacity(session, plan, machine, isSliced, searches),
        ended: () => searches.map(describeEnd),
        isWell: () => isSettled(plan, searches),
      },
      options,
    );
  },
});

/** @throws UsageError when the plan has nothing to search */
function findSearch(name: string, options: OptionValues<typeof OPTIONS>): PlanToSearch {
  const found = findPlan(name);
  if (!found.search) throw new UsageError(`${found.name} has no search: npm run lab -- run ${name}`);
  const { servers, durationMs, repeats, budgetMs } = options;
  const plan = changePlan(found, { servers, durationMs, repeats, budgetMs });
  const search = changeSearch(found.search, options);
  checkPlan({ ...plan, search });
  return { ...plan, search };
}
