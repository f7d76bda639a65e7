import { command } from "@c10k-lab/cli";
import { EXIT } from "@c10k-lab/protocol";
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
    try {
      folder = ResultsFolder.open(path);
    } catch (error) {
      process.stderr.write(`lab: ${(error as Error).message}\n`);
      return EXIT.usage;
    }
    const results = await folder.read();
    printSummary(results);
    await renderInto(folder, results);
    return EXIT.ok;
  },
});
