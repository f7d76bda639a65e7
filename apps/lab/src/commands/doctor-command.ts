import { choices, command, flag, integer } from "@c10k-lab/cli";
import { EXIT } from "@c10k-lab/protocol";
import { connectionsIn } from "../plan/cells.ts";
import { SERVERS } from "../plan/contracts.ts";
import { serversOf } from "../plan/plan.ts";
import { findPlan } from "../plan/plan-library.ts";
import { readMachineLimits } from "../preflight/machine-limits.ts";
import { needsOf } from "../preflight/needs.ts";
import { type Check, preflight } from "../preflight/preflight.ts";
import { formatChecks } from "../preflight/preflight-text.ts";
import { PLAN_ARGUMENT } from "./plans-command.ts";

const OPTIONS = {
  servers: choices(SERVERS, { describe: `servers: ${SERVERS.join(",")} [default: the plan's]` }),
  connections: integer({
    describe: "check for this many connections instead of the plan's largest number",
    min: 1,
    max: 1_000_000,
    noun: "a number of connections",
  }),
  json: flag("print JSON"),
} as const;

export const doctorCommand = command({
  usage: "doctor [plan]",
  describe: "check whether this machine suffices for a plan, and print what to change",
  arguments: [PLAN_ARGUMENT],
  options: OPTIONS,
  examples: [["npm run lab -- doctor --connections 10000", "does it suffice for ten thousand?"]],
  run: async ({ servers, connections, json }, name) => {
    const plan = findPlan(name);
    const needs = needsOf(
      servers ?? serversOf(plan),
      connections === undefined ? connectionsIn(plan) : [connections],
    );
    const checks = preflight(needs, await readMachineLimits());
    process.stdout.write(json ? toJson(plan.name, needs.connections, checks) : `${formatChecks(checks)}\n`);
    return checks.every(({ status }) => status === "ok") ? EXIT.ok : EXIT.incomplete;
  },
});

/** Formats the checks as JSON, which has no Infinity: where there is no limit, `available` is null. */
function toJson(plan: string, connections: number, checks: readonly Check[]): string {
  return `${JSON.stringify({ schema: "c10k-lab/doctor/1", plan, connections, checks }, null, 2)}\n`;
}
