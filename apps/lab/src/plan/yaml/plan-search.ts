import { durationMs, integer, percentage } from "@c10k-lab/cli";
import { SEARCHED, type Searched } from "@c10k-lab/protocol";
import type { SearchPlan, SearchRange } from "../plan.ts";
import type { PlanNode } from "./plan-node.ts";

/** The values of a search, each read like an option of a command line. */
const ROWS = {
  bound: integer({ describe: "a bound of a search", min: 1, noun: "a bound of a search" }),
  p99: durationMs({ describe: "a response time", min: 0.001 }),
  achieved: percentage({ describe: "a part of the messages", max: 100 }),
  failures: integer({ describe: "connections that may fail" }),
  precision: percentage({ describe: "a precision", min: 0.01, max: 100 }),
};

/** Reads the key `search` of a plan: ranges, objective, precision. @throws UsageError at the place of the mistake */
export function readSearch(node: PlanNode): SearchPlan {
  const keys = node.keys(["connections", "rate", "slo", "precision"]);
  if (!keys.connections && !keys.rate) node.fail(`name what is searched: ${SEARCHED.join(", ")}`);
  const slo = (keys.slo ?? node.missing("slo")).keys(["p99", "achieved", "failures"]);
  if (!keys.slo) node.missing("slo").fail("give the objective: p99, achieved, failures");
  const ranges = SEARCHED.flatMap((searched): [Searched, SearchRange][] => {
    const range = keys[searched];
    return range ? [[searched, readRange(range, searched === "rate" ? "connections" : "rate")]] : [];
  });
  return {
    objective: {
      p99Ms: slo.p99?.read(ROWS.p99) ?? 100,
      achievedMin: (slo.achieved?.read(ROWS.achieved) ?? 95) / 100,
      failuresMax: slo.failures?.read(ROWS.failures) ?? 0,
    },
    precision: (keys.precision?.read(ROWS.precision) ?? 10) / 100,
    ranges: Object.fromEntries(ranges),
  };
}

function readRange(node: PlanNode, fixed: Searched): SearchRange {
  const keys = node.keys(["from", "to", fixed]);
  const read = (key: "from" | "to" | Searched) => (keys[key] ?? node.missing(key)).read(ROWS.bound);
  const range = { from: read("from"), to: read("to"), fixed: read(fixed) };
  return range.from <= range.to ? range : node.fail("from is above to");
}
