import { command, flag, text, UsageError } from "@c10k-lab/cli";
import { EXIT, type LabResults } from "@c10k-lab/protocol";
import { NoPdf } from "../results/pdf.ts";
import { printFindings, printInto, printSummary, renderInto } from "../results/rendering.ts";
import { ResultsFolder, sayUnreadable } from "../results/results-folder.ts";

const OPTIONS = {
  out: text({ describe: "folder to write it to [default: the results folder, where there is one]" }),
  pdf: flag("also report.pdf, which Chromium makes of report.html"),
} as const;

export const reportCommand = command({
  usage: "report [folders..]",
  describe: "write the report of a results folder anew, or one report of several",
  arguments: [
    {
      name: "folders",
      describe: "results folders, or their names below results/",
      default: "results/latest",
    },
  ],
  options: OPTIONS,
  examples: [
    ["npm run lab -- report latest", "also of a run that was killed"],
    ["npm run lab -- report --pdf", "to hand in"],
    ["npm run lab -- report results/a-origin results/b-idle --out docs/report", "one report of two runs"],
  ],
  run: async ({ out, pdf }, ...paths) => {
    const folders = paths.map((path) => ResultsFolder.open(path));
    const into = out ?? folders[0]?.path;
    if (into === undefined || (out === undefined && folders.length > 1)) {
      throw new UsageError("--out: say to which folder a report of several runs is written");
    }
    const runs = await readAll(paths, folders);
    if (runs === null) return EXIT.incomplete;
    const [only, ...others] = runs;
    if (only !== undefined && others.length === 0) printSummary(only);
    else printFindings(runs);
    return write(into, runs, pdf);
  },
});

/** null when one cannot be read, which it has said. */
async function readAll(
  paths: readonly string[],
  folders: readonly ResultsFolder[],
): Promise<LabResults[] | null> {
  const runs: LabResults[] = [];
  for (const [at, folder] of folders.entries()) {
    try {
      runs.push(await folder.read());
    } catch {
      sayUnreadable(paths[at] ?? folder.path);
      return null;
    }
  }
  return runs;
}

async function write(folder: string, runs: readonly LabResults[], pdf: boolean): Promise<number> {
  try {
    await renderInto(folder, runs);
    if (pdf) await printInto(folder, runs);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof NoPdf) {
      process.stderr.write(`lab: ${error.message}\n`);
      return EXIT.incomplete;
    }
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    process.stderr.write(`lab: cannot write to ${folder}: ${(error as Error).message}\n`);
    return EXIT.unwritable;
  }
}
