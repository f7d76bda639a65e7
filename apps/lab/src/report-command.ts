import { command } from "@c10k-lab/cli";
import { EXIT, type LabResults } from "@c10k-lab/protocol";
import { printSummary, renderInto } from "./rendering.ts";
import { ResultsFolder } from "./results-folder.ts";

export const reportCommand = command({
  usage: "report [folder]",
  describe: "write the report of a results folder anew",
  argument: { name: "folder", describe: "a folder below results/", default: "results/latest" },
  options: {},
  examples: [["npm run lab -- report results/latest", "also of a run that was killed"]],
  run: async (_options, path) => {
    let folder: ResultsFolder;
    let results: LabResults;
    try {
      folder = ResultsFolder.open(path);
    } catch (error) {
      process.stderr.write(`lab: ${(error as Error).message}\n`);
      return EXIT.usage;
    }
    try {
      results = await folder.read();
    } catch {
      process.stderr.write(
        `lab: the files in ${path} cannot be read: another version wrote them, or they are damaged\n`,
      );
      return EXIT.incomplete;
    }
    printSummary(results);
    await renderInto(folder, results);
    return EXIT.ok;
  },
});
