import { command } from "@c10k-lab/cli";
import { EXIT, type ExperimentComparison } from "@c10k-lab/protocol";
import { type ComparedExperiment, compareExperiments } from "@c10k-lab/report";
import { COMPARE } from "../contract.ts";
import { writeComparison } from "../output/comparison-files.ts";
import { readScreen } from "../output/screen.ts";
import { formatComparison } from "../output/terminal-comparison.ts";
import { describeLacks, findResults, readRepetitions, UnreadableResults } from "../results/results-reader.ts";

export const compareCommand = command({
  ...COMPARE,
  run: async (options, beforePath, afterPath) => {
    const { thresholdPercent, quantities, countInconclusive, json, verbose, out } = options;
    const folders = [findResults(beforePath), findResults(afterPath)] as const;
    let read: readonly [ReturnType<typeof readRepetitions>, ReturnType<typeof readRepetitions>];
    try {
      read = [readRepetitions(folders[0]), readRepetitions(folders[1])];
    } catch (error) {
      if (!(error instanceof UnreadableResults)) throw error;
      process.stderr.write(`report: ${error.message}\n`);
      return EXIT.incomplete;
    }
    const lacks = [...describeLacks(folders[0], read[0]), ...describeLacks(folders[1], read[1])];
    for (const sentence of lacks) process.stderr.write(`report: ${sentence}\n`);
    const experiments: readonly [ComparedExperiment, ComparedExperiment] = [
      { folder: beforePath, ...read[0] },
      { folder: afterPath, ...read[1] },
    ];
    const rule = { thresholdPercent, quantities, countsInconclusive: countInconclusive };
    const comparison = compareExperiments(...experiments, rule);
    const isWritten = out === undefined || write(out, comparison);
    const screen = process.stdout.isTTY ? readScreen() : null;
    process.stdout.write(
      json ? `${JSON.stringify(comparison, null, 2)}\n` : formatComparison(comparison, verbose, screen),
    );
    if (!isWritten) return EXIT.unwritable;
    return comparison.verdict === "no-regression" && lacks.length === 0 ? EXIT.ok : EXIT.incomplete;
  },
});

function write(path: string, comparison: ExperimentComparison): boolean {
  try {
    writeComparison(path, comparison);
    return true;
  } catch (error) {
    process.stderr.write(`report: cannot write to --out ${path}: ${(error as Error).message}\n`);
    return false;
  }
}
