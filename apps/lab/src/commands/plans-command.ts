import { command } from "@c10k-lab/cli";
import { EXIT } from "@c10k-lab/protocol";
import { DEFAULT_PLAN, findPlan, planNames, planText } from "../plan/plan-library.ts";

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
  return [name, ...wrapped(question), ...wrapped(about), `  ${command}`, ""].join("\n");
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > WIDTH) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
