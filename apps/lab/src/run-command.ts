import {
  choices,
  command,
  durationMs,
  integer,
  onStopSignal,
  type StopSignal,
  text,
  UsageError,
} from "@c10k-lab/cli";
import { EXIT, type LabResults, SERVERS } from "@c10k-lab/protocol";
import { LabRun } from "./lab-run.ts";
import { PLANS, type Plan } from "./plan.ts";
import { printSummary, renderInto } from "./rendering.ts";

const OPTIONS = {
  servers: choices(SERVERS, { describe: `which servers: ${SERVERS.join(",")} [default: the plan's]` }),
  durationMs: durationMs({
    describe: "how long each step exchanges messages [default: the plan's]",
    min: 100,
  }),
  maxConnections: integer({ describe: "leave out steps above this many connections", min: 1 }),
  results: text({ describe: "folder in which a new one is made for this run", default: "results" }),
} as const;

export const runCommand = command({
  usage: "run [plan]",
  describe: "run a plan and write the report",
  argument: {
    name: "plan",
    describe: `one of: ${PLANS.map(({ name }) => name).join(", ")}`,
    default: "quick",
  },
  options: OPTIONS,
  examples: [
    ["npm start", "the quick plan, under three minutes"],
    ["npm run lab -- run quick --servers select,epoll --max-connections 1000", "a part of it"],
  ],
  run: async (options, planName) => {
    const plan = choosePlan(planName, options);
    let lab: LabRun;
    try {
      lab = new LabRun(plan, options.results);
    } catch (error) {
      process.stderr.write(
        `lab: cannot write to --results ${options.results}: ${(error as Error).message}\n`,
      );
      return EXIT.unwritable;
    }
    return drive(lab);
  },
});

/** @throws UsageError */
function choosePlan(
  name: string,
  {
    servers,
    durationMs,
    maxConnections,
  }: {
    servers?: Plan["servers"] | undefined;
    durationMs?: number | undefined;
    maxConnections?: number | undefined;
  },
): Plan {
  const plan = PLANS.find((one) => one.name === name);
  if (!plan) throw new UsageError(`there is no plan '${name}': ${PLANS.map((one) => one.name).join(", ")}`);
  const connections = plan.connections.filter((step) => step <= (maxConnections ?? step));
  if (connections.length === 0) {
    throw new UsageError(`--max-connections: the smallest step of ${name} is ${plan.connections[0]}`);
  }
  return {
    ...plan,
    connections,
    servers: servers ?? plan.servers,
    durationMs: durationMs ?? plan.durationMs,
  };
}

async function drive(lab: LabRun): Promise<number> {
  let interruptedBy: StopSignal | undefined;
  onStopSignal((signal) => {
    if (!interruptedBy) process.stderr.write("\nlab: stopping; what was measured is kept\n");
    interruptedBy = signal;
    lab.interrupt();
  });
  await lab.run();
  const results = await lab.folder.read();
  printSummary(results);
  await renderInto(lab.folder, results);
  if (interruptedBy) return interruptedBy === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
  return hasFailures(results) ? EXIT.incomplete : EXIT.ok;
}

function hasFailures({ cells }: LabResults): boolean {
  return cells.some(({ status }) => status === "failed");
}
