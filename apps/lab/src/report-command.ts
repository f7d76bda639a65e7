import { command } from "@c10k-lab/cli";
import { EXIT, type LabResults } from "@c10k-lab/protocol";
import { printSummary, renderInto } from "./rendering.ts";
import { ResultsFolder, sayUnreadable } from "./results-folder.ts";

export const reportCommand = command({
  usage: "report [folder]",
  describe: "write the report of a results folder anew",
  arguments: [
    { name: "folder", describe: "a results folder, or its name below results/", default: "results/latest" },
  ],
  options: {},
  examples: [["npm run lab -- report latest", "also of a run that was killed"]],
  run: async (_options, path) => {
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
    return EXIT.ok;
  },
});
