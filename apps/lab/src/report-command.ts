import { command, flag } from "@c10k-lab/cli";
import { EXIT, type LabResults } from "@c10k-lab/protocol";
import { NoPdf } from "./pdf.ts";
import { printInto, printSummary, renderInto } from "./rendering.ts";
import { ResultsFolder, sayUnreadable } from "./results-folder.ts";

export const reportCommand = command({
  usage: "report [folder]",
  describe: "write the report of a results folder anew",
  arguments: [
    { name: "folder", describe: "a results folder, or its name below results/", default: "results/latest" },
  ],
  options: { pdf: flag("also report.pdf, which Chromium makes of report.html") },
  examples: [
    ["npm run lab -- report latest", "also of a run that was killed"],
    ["npm run lab -- report --pdf", "to hand in"],
  ],
  run: async ({ pdf }, path) => {
    const folder = ResultsFolder.open(path);
    let results: LabResults;
    try {
      results = await folder.read();
    } catch {
      sayUnreadable(path);
      return EXIT.incomplete;
    }
    printSummary(results);
    await renderInto(folder, results);
    try {
      if (pdf) await printInto(folder, results);
    } catch (error) {
      if (!(error instanceof NoPdf)) throw error;
      process.stderr.write(`lab: ${error.message}\n`);
      return EXIT.incomplete;
    }
    return EXIT.ok;
  },
});
