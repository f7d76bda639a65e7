import type { Manifest, Trouble } from "@c10k-lab/protocol";
import { describeMachine, describeSoftware } from "../evidence/machine.ts";
import { findContract } from "../plan/contracts.ts";
import { type Plan, serversOf } from "../plan/plan.ts";
import { optionsOf } from "../plan/plan-options.ts";

type Beginning = Pick<Manifest, "experiment" | "engine" | "startedAt" | "cellsPlanned">;

/** Returns the manifest of an experiment that begins: plan, machine, software. */
export function beginManifest(plan: Plan, beginning: Beginning): Manifest {
  return {
    schema: "c10k-lab/manifest/2",
    plan: plan.name,
    question: plan.question,
    servers: serversOf(plan).map(describeServer),
    experiment: beginning.experiment,
    engine: beginning.engine,
    images: null,
    startedAt: beginning.startedAt,
    finishedAt: null,
    outcome: "running",
    trouble: null,
    cellsPlanned: beginning.cellsPlanned,
    options: optionsOf(plan),
    command: readCommand(),
    software: describeSoftware(),
    nodes: [],
    machine: describeMachine(),
  };
}

/** Returns the words of the command line that repeats this experiment. */
function readCommand(): string[] {
  const words = process.argv.slice(2);
  const at = words.indexOf("--results");
  if (at >= 0) words.splice(at, 2);
  return words.filter((word) => !word.startsWith("--results="));
}

/** Outcome of an experiment by the trouble that ended it. */
const OUTCOMES: Readonly<Record<Trouble["trouble"], Manifest["outcome"]>> = {
  "no-engine": "no-engine",
  "engine-elsewhere": "no-engine",
  "no-permission": "no-engine",
  "image-missing": "no-image",
  "build-failed": "no-image",
  "engine-refused": "engine-refused",
  "engine-lost": "engine-lost",
  "no-swarm": "unfit-swarm",
  "not-manager": "unfit-swarm",
  "too-few-nodes": "unfit-swarm",
  "image-not-on-node": "no-image",
  "node-silent": "unfit-swarm",
  "clocks-apart": "unfit-swarm",
  "task-not-started": "engine-refused",
  "option-refused": "bad-plan",
};

/** Returns the outcome of an experiment that was not interrupted. @param trouble that ended it; null for none */
export function outcomeOf(trouble: Trouble | null): Manifest["outcome"] {
  return trouble === null ? "complete" : OUTCOMES[trouble.trouble];
}

function describeServer(name: string): Manifest["servers"][number] {
  return { name, traits: findContract(name)?.traits ?? null };
}
