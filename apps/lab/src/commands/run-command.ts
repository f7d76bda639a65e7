import { command, durationMs, flag, integer, integers, repeatable, text, UsageError } from "@c10k-lab/cli";
import type { RepetitionResult } from "@c10k-lab/protocol";
import { cellsOf } from "../plan/cells.ts";
import { readImageOption, readServerOption, readTargetOption } from "../plan/foreign/read-foreign.ts";
import { LIMITS } from "../plan/foreign/server-limits.ts";
import type { Plan } from "../plan/plan.ts";
import { changePlan, measureWhole } from "../plan/plan-changes.ts";
import { findPlan } from "../plan/yaml/plan-library.ts";
import { prepareForeign } from "../preflight/foreign-servers.ts";
import { runPlan } from "../session/lab-run.ts";
import { MEASURING_OPTIONS, type MeasuringOptions, measure, measuresWhole } from "./measure.ts";
import { PLAN_ARGUMENT } from "./plans-command.ts";

const OPTIONS = {
  ...MEASURING_OPTIONS,
  all: { ...flag("all servers of the lab, also those that the plan does not have"), excludes: ["servers"] },
  server: repeatable(
    { describe: "a server of your own beside the plan's: 'mine=./echo {port}'; repeatable" },
    readServerOption,
  ),
  target: repeatable(
    { describe: "a server that runs already: mine=127.0.0.1:7000; repeatable" },
    readTargetOption,
  ),
  image: repeatable(
    { describe: "docker: an image of your own: 'mine=example/echo {port}'; repeatable" },
    readImageOption,
  ),
  ...LIMITS,
  only: text({ describe: "variants: mine,epoll [default: all]" }),
  durationMs: durationMs({
    describe: "how long each repetition exchanges messages [default: the plan's]",
    min: 100,
  }),
  values: text({ describe: "values of the plan's axis: 10,100,1000 or 64,4KiB,1MiB [default: the plan's]" }),
  connections: integers({
    describe:
      "numbers of connections, as --values has them, where the plan varies connections; elsewhere one number",
    min: 1,
    max: 1_000_000,
    noun: "a number of connections",
  }),
  load: text({
    describe: "further options of the client: 'connect-rate=500 hold=10s', 'rate=20000', 'active=100'",
  }),
  maxConnections: integer({ describe: "leave out cells with more connections than this", min: 1 }),
  clients: integers({
    describe:
      "client processes that share a cell's connections, a cell for each number [default: the plan's]",
    min: 1,
    max: 1000,
    noun: "a number of clients",
  }),
  repeats: integer({
    describe: "repetitions of each cell; from three on, figures have intervals [default: the plan's]",
    min: 1,
    max: 1000,
    noun: "a number of repeats",
  }),
  budgetMs: durationMs({
    describe: "time for a plan that is measured in slices [default: the plan's]",
    min: 1000,
  }),
  seed: integer({
    describe: "seed of the order in which servers meet a load [default: the plan's]",
    max: 2 ** 31,
  }),
} as const;

export const runCommand = command({
  usage: "run [plan]",
  describe: "run a plan and write the report",
  arguments: [PLAN_ARGUMENT],
  options: OPTIONS,
  examples: [
    ["npm start", "the quick plan, under three minutes"],
    ["npm start -- --all", "the same with all five servers"],
    ["npm run lab -- run quick --servers select,epoll --max-connections 1000", "a part of it"],
    [
      "npm run lab -- run quick --load 'rate=20000'",
      "open loop: 20,000 messages/s in all, whatever the server does",
    ],
    ["npm run lab -- run idle --values 0,5000 --repeats 3", "two values of another plan"],
    [
      "npm run lab -- run quick --server 'mine=./echo {port}' --only mine,epoll",
      "a server of your own against one of ours",
    ],
    ["npm run lab -- run ./mine.yaml", "a plan of your own; 'lab plans quick' prints one to begin with"],
    ["npm run lab -- run quick --engine docker --clients 1,4", "in containers, one client and four"],
    [
      "npm run lab -- run quick --engine swarm --clients 4 --client-nodes b,c",
      "on several hosts: the server here, two clients on each of the nodes b and c",
    ],
    [
      "DOCKER_HOST=ssh://alpha npm run lab -- run quick --engine remote",
      "the servers on the Docker engine of alpha, the clients here",
    ],
  ],
  run: async (options, planName) => {
    const changed = changePlan(chooseMeasure(findPlan(planName), options.engine), {
      ...options,
      foreign: [...(options.server ?? []), ...(options.image ?? []), ...(options.target ?? [])],
      only: options.only?.split(","),
      values: options.values?.split(","),
    });
    const plan = await prepareForeign(changed, options.engine);
    if (plan.search) throw new UsageError(`${plan.name} is a search: npm run lab -- capacity ${planName}`);
    return measure(
      {
        plan,
        cells: cellsOf(plan).length,
        work: (session) => runPlan(session, plan),
        isWell: ({ repetitions }) =>
          repetitions.length > 0 && repetitions.every(({ status }) => RESULTS.includes(status)),
      },
      options,
    );
  },
});

/** Returns the plan as the engine can measure it. */
function chooseMeasure(plan: Plan, engine: MeasuringOptions["engine"]): Plan {
  if (!measuresWhole(engine) || plan.groups.every(({ measure }) => measure === "whole")) return plan;
  process.stderr.write(
    `lab: --engine ${engine} measures the cells of ${plan.name} one after another from start to end, not in slices\n`,
  );
  return measureWhole(plan);
}

/** Statuses that are results: a server that met its limit, or did not finish in the plan's time, has shown something. */
const RESULTS: readonly RepetitionResult["status"][] = ["ok", "limited", "cut-off"];
