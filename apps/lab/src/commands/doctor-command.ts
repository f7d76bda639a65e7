import { choices, command, flag, integer } from "@c10k-lab/cli";
import { EXIT } from "@c10k-lab/protocol";
import { SERVERS } from "../plan/contracts.ts";
import { findPlan } from "../plan/yaml/plan-library.ts";
import { holdingsOf } from "../preflight/holdings.ts";
import { readMachineLimits } from "../preflight/machine-limits.ts";
import { needsOf } from "../preflight/needs.ts";
import { type Check, preflight } from "../preflight/preflight.ts";
import { formatChecks } from "../preflight/preflight-text.ts";
import { scenesOf, scenesWith, withServers } from "../preflight/scenes.ts";
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
  examples: [
    ["npm run lab -- doctor --connections 10000", "does it suffice for ten thousand?"],
    ["npm run lab -- doctor c1m", "will it hold a million connections, and what ends them first?"],
  ],
  run: async ({ servers, connections, json }, name) => {
    const found = findPlan(name);
    const plan = servers === undefined ? found : withServers(found, servers);
    const scenes = connections === undefined ? scenesOf(plan) : scenesWith(plan, connections);
    const needs = needsOf(scenes);
    const machine = await readMachineLimits();
    const checks = preflight(needs, machine);
    const holdings = holdingsOf(scenes, machine);
    const largest = Math.max(...scenes.flat().map((cell) => cell.connections));
    const facts = { plan: plan.name, connections: largest, memoryBytes: needs.memory, holdings };
    process.stdout.write(json ? toJson(facts, checks) : `${formatChecks(checks, needs.memory, holdings)}\n`);
    return checks.every(({ status }) => status === "ok") ? EXIT.ok : EXIT.incomplete;
  },
});

/** Formats the checks as JSON, which has no Infinity: where there is no limit, `available` is null. */
function toJson(facts: object, checks: readonly Check[]): string {
  return `${JSON.stringify({ schema: "c10k-lab/doctor/1", ...facts, checks }, null, 2)}\n`;
}
