import { command } from "@c10k-lab/cli";
import { EXIT } from "@c10k-lab/protocol";
import { wrap } from "@c10k-lab/words";
import { DEFAULT_PLAN, findPlan, planNames, planText } from "../plan/yaml/plan-library.ts";

const WIDTH = 100;

/** The argument of a command that takes a plan. */
export const PLAN_ARGUMENT = {
  name: "plan",
  describe: `one of: ${planNames().join(", ")}; or a file of your own: ./mine.yaml`,
  default: DEFAULT_PLAN,
};

export const plansCommand = command({
  usage: "plans [plan]",
  describe: "list the plans, or print one as YAML",
  arguments: [
    { name: "plan", describe: "check and print this one: a name, or a file of your own", default: "" },
  ],
  options: {},
  examples: [
    ["npm run lab -- plans", "the question of each"],
    ["npm run lab -- plans idle > mine.yaml", "begin a plan of your own"],
    ["npm run lab -- plans ./mine.yaml", "check it"],
  ],
  run: async (_options, name) => {
    if (name === "") process.stdout.write(planNames().map(entry).join("\n"));
    else {
      findPlan(name);
      process.stdout.write(planText(name));
    }
    return EXIT.ok;
  },
});

function entry(name: string): string {
  const { question, about, search } = findPlan(name);
  const command = search ? "npm run lab -- capacity" : `npm run lab -- run ${name}`;
  const lines = [...[question, about].flatMap((text) => wrap(text, WIDTH)), command];
  return [name, ...lines.map((line) => `  ${line}`), ""].join("\n");
}
