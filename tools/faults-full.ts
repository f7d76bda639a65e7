/**
 * Runs the tests that have a size, at the sizes of the fault catalogue, row by row on each server. Rows and sizes stand in
 * packages/process/src/testing/fault-sizes.ts. Each outcome is kept at once in tools/full-outcomes.json and in
 * docs/FAULTS-FULL.md: the next run goes on where this one ended.
 *
 *     npm run faults:full                             # rows that have not passed yet
 *     npm run faults:full -- S18 C2 --on epoll,client
 *     npm run faults:full -- T5 --again               # also where it has passed
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  describeOutcome,
  type FullOutcome,
  fullSizesOf,
  isDone,
  keepOutcome,
  PLACE_NAMES,
  PLACES,
  type Place,
  ROWS,
  readOutcomes,
  type SizedRow,
} from "./full-outcomes.ts";

const ROOT = join(import.meta.dirname, "..");
const MOST_OUTPUT_BYTES = 64 * 2 ** 20;

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs a row's tests in one place. Prints the output of vitest when one fails. */
function runRow(row: SizedRow, place: Place, commit: string): FullOutcome {
  const pattern = `(^| )${row}[ ,:]`;
  const folder = mkdtempSync(join(tmpdir(), "c10k-faults-"));
  const file = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const args = ["run", "--no-file-parallelism", "--passWithNoTests", ...reporters];
  try {
    const { stdout, stderr } = spawnSync(
      "vitest",
      [...args, "--project", PLACES[place], "--testNamePattern", pattern],
      {
        cwd: ROOT,
        encoding: "utf8",
        maxBuffer: MOST_OUTPUT_BYTES,
        env: { ...process.env, FULL_SIZES: "1", NO_COLOR: "1" },
      },
    );
    const report: Report = JSON.parse(readFileSync(file, "utf8"));
    const tests = report.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ fullName }) => new RegExp(pattern).test(fullName));
    const count = (isCounted: (status: string) => boolean) =>
      tests.filter(({ status }) => isCounted(status)).length;
    const passed = count((status) => status === "passed");
    const failed = count((status) => status === "failed");
    if (failed > 0) process.stdout.write(`${stdout}${stderr}\n`);
    const skipped = tests.length - passed - failed;
    return { row, place, sizes: fullSizesOf(row), commit, passed, failed, skipped };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns the names of one kind that a user gave, or all. @throws Error for a name that there is not */
function choose<T extends string>(given: readonly string[], all: readonly T[], kind: string): T[] {
  const unknown = given.find((name) => !all.includes(name as T));
  if (unknown !== undefined)
    throw new Error(`${unknown} is no ${kind} that has a full size: ${all.join(", ")}`);
  return given.length === 0 ? [...all] : all.filter((name) => given.includes(name));
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { on: { type: "string", default: "" }, again: { type: "boolean", default: false } },
  });
  const rows = choose(positionals, ROWS, "row");
  const places = choose(values.on.split(",").filter(Boolean), PLACE_NAMES, "server");
  const done = values.again ? [] : readOutcomes().filter(isDone);
  const isWanted = ({ row, place }: Pick<FullOutcome, "row" | "place">) =>
    !done.some((each) => each.row === row && each.place === place);
  const wanted = rows.flatMap((row) => places.map((place) => ({ row, place }))).filter(isWanted);
  const commit = execFileSync("git", ["rev-parse", "--short=8", "HEAD"], {
    cwd: ROOT,
    encoding: "utf8",
  }).trim();
  let failures = 0;
  for (const [at, { row, place }] of wanted.entries()) {
    process.stdout.write(`[${at + 1}/${wanted.length}] ${row} on ${place}: `);
    const startedMs = performance.now();
    const outcome = runRow(row, place, commit);
    keepOutcome(outcome);
    failures += outcome.failed;
    process.stdout.write(
      `${describeOutcome(outcome)}, ${Math.round((performance.now() - startedMs) / 1000)} s\n`,
    );
  }
  return failures > 0 ? 1 : 0;
}

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`faults:full: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
