import { existsSync, realpathSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { command, UsageError } from "@c10k-lab/cli";
import { EXIT, type LabResults } from "@c10k-lab/protocol";
import { REPORT } from "../contract.ts";
import { NoPdf } from "../output/pdf.ts";
import { writePdfInto, writeReportInto } from "../output/report-files.ts";
import { readScreen } from "../output/screen.ts";
import { summarize } from "../output/terminal-summary.ts";
import { describeLacks, findResults, readResults, UnreadableResults } from "../results/results-reader.ts";

export const reportCommand = command({
  ...REPORT,
  run: async ({ out, pdf, verbose }, ...paths) => {
    const folders = paths.map(findResults);
    const into = out ?? folders[0];
    if (into === undefined || (out === undefined && folders.length > 1)) {
      throw new UsageError("--out: name the folder that a report of several experiments goes to");
    }
    refuseMixing(folders, into);
    const experiments: LabResults[] = [];
    try {
      for (const folder of folders) experiments.push(await readResults(folder));
    } catch (error) {
      if (error instanceof UnreadableResults) return fail(EXIT.incomplete, error.message);
      throw error;
    }
    const lacks = folders.flatMap((folder, at) => {
      const experiment = experiments[at];
      return experiment === undefined ? [] : describeLacks(folder, experiment);
    });
    for (const sentence of lacks) fail(EXIT.incomplete, sentence);
    const exit = await write(into, experiments, { pdf, verbose });
    return exit === EXIT.ok && lacks.length > 0 ? EXIT.incomplete : exit;
  },
});

/** @throws UsageError for an experiment that is named twice, or whose own report would be written over by another's */
function refuseMixing(folders: readonly string[], into: string): void {
  const seen = new Set<string>();
  for (const folder of folders) {
    const real = realpathSync(folder);
    if (seen.has(real)) throw new UsageError(`${folder} is named twice`);
    seen.add(real);
  }
  if (existsSync(join(into, "manifest.json")) && !seen.has(realpathSync(into))) {
    throw new UsageError(`--out: ${into} holds the report of another experiment`);
  }
}

/** Writes first and prints afterwards, so that a closed pipe costs no file. */
async function write(
  folder: string,
  experiments: readonly LabResults[],
  { pdf, verbose }: { readonly pdf: boolean; readonly verbose: boolean },
): Promise<number> {
  try {
    await writeReportInto(folder, experiments);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return fail(EXIT.unwritable, `cannot write to ${folder}: ${(error as Error).message}`);
  }
  const page = join(shortPath(folder), "report.html");
  const lines = summarize(experiments, readScreen(), verbose);
  const open = process.stdout.isTTY ? [`open it: xdg-open ${page}`] : [];
  process.stdout.write(
    `${[...lines, `report: ${page} (or report.md); all cells: details.html`, ...open].join("\n")}\n`,
  );
  return pdf ? writePdf(folder, experiments) : EXIT.ok;
}

async function writePdf(folder: string, experiments: readonly LabResults[]): Promise<number> {
  try {
    await writePdfInto(folder, experiments);
  } catch (error) {
    if (error instanceof NoPdf) return fail(EXIT.incomplete, error.message);
    throw error;
  }
  process.stdout.write(`pdf: ${join(shortPath(folder), "report.pdf")}\n`);
  return EXIT.ok;
}

/** Returns a path relative to the working directory where it lies below. */
function shortPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith("..") ? resolve(path) : below;
}

function fail(code: number, sentence: string): number {
  process.stderr.write(`report: ${sentence}\n`);
  return code;
}
