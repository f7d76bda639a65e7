import { choices, command, flag, percentage, text } from "@c10k-lab/cli";
import { writeFileDurably } from "@c10k-lab/files";
import { COMPARED_QUANTITIES, EXIT } from "@c10k-lab/protocol";
import { type ComparedRun, compareRuns, comparisonMarkdown } from "@c10k-lab/report";
import { formatComparison } from "../results/comparison-rendering.ts";
import { ResultsFolder, sayUnreadable } from "../results/results-folder.ts";

const OPTIONS = {
  thresholdPercent: percentage({
    describe:
      "a regression is a change for the worse whose whole 99 % interval is beyond this; 10%: below -10 % for a rate, above +10 % for a time or a cost",
    default: "10%",
    max: 1000,
    noun: "a threshold",
  }),
  quantities: choices(COMPARED_QUANTITIES, {
    describe: `what is compared, of ${COMPARED_QUANTITIES.join(",")}`,
    default: "rate,p50,p99,intended-p99,cpu,memory,switches,held",
  }),
  countInconclusive: flag(
    "figures that may not be the server's have a say as well; otherwise they are only shown",
  ),
  json: flag("print it for a program to read"),
  out: text({ describe: "Markdown file to write it to as well" }),
} as const;

export const compareCommand = command({
  usage: "compare <before> <after>",
  describe: "two runs side by side; exit code 1 when the second is surely worse: a regression gate",
  arguments: [
    { name: "before", describe: "a results folder, or its name below results/" },
    { name: "after", describe: "another one, which is judged" },
  ],
  options: OPTIONS,
  examples: [
    ["npm run lab -- compare 2026-11-22T10-00-00-quick latest", "is the newest run worse?"],
    ["npm run lab -- compare results/a results/b --threshold 5% --quantities rate,cpu", "a stricter gate"],
  ],
  run: async (options, beforePath, afterPath) => {
    const folders = [ResultsFolder.open(beforePath), ResultsFolder.open(afterPath)] as const;
    const [before, after] = [readRun(beforePath, folders[0]), readRun(afterPath, folders[1])];
    if (before === null || after === null) return EXIT.incomplete;
    const { thresholdPercent, quantities, countInconclusive, json, out } = options;
    const rule = { thresholdPercent, quantities, countsInconclusive: countInconclusive };
    const comparison = compareRuns(before, after, rule);
    process.stdout.write(json ? `${JSON.stringify(comparison, null, 2)}\n` : formatComparison(comparison));
    if (out !== undefined && !write(out, comparisonMarkdown(comparison))) return EXIT.unwritable;
    return comparison.verdict === "no-regression" ? EXIT.ok : EXIT.incomplete;
  },
});

/** null when it cannot be read, which it has said. */
function readRun(path: string, folder: ResultsFolder): ComparedRun | null {
  try {
    return { folder: path, ...folder.readCells() };
  } catch {
    sayUnreadable(path);
    return null;
  }
}

function write(path: string, content: string): boolean {
  try {
    writeFileDurably(path, content);
    return true;
  } catch (error) {
    process.stderr.write(`lab: cannot write to --out ${path}: ${(error as Error).message}\n`);
    return false;
  }
}
