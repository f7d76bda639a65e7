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
const MATCHES_NOTHING = "$.";
const NO_TESTS = { passed: 0, failed: 0, skipped: 0 };

interface Test {
  readonly fullName: string;
  readonly status: string;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly Test[];
  }[];
}

/**
 * Runs the tests of a place whose full names match; the others are reported as skipped.
 *
 * @throws Error for a file that cannot be loaded, whose tests would be missing
 */
function runTests(place: Place, pattern: string): { tests: Test[]; output: string } {
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
    const broken = report.testResults.find(
      ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
    );
    if (broken) throw new Error(`${broken.name} cannot be loaded\n${stdout}${stderr}`);
    const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
    return { tests, output: `${stdout}${stderr}\n` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function patternOf(row: SizedRow): string {
  return `(^| )${row}[ ,:]`;
}

/** Tells which rows have tests where, by one collection of each place instead of one for each of its rows. */
class Titles {
  readonly #byPlace = new Map<Place, readonly string[]>();

  has(row: SizedRow, place: Place): boolean {
    return this.#of(place).some((title) => new RegExp(patternOf(row)).test(title));
  }

  #of(place: Place): readonly string[] {
    const known = this.#byPlace.get(place);
    if (known) return known;
    const titles = runTests(place, MATCHES_NOTHING).tests.map(({ fullName }) => fullName);
    this.#byPlace.set(place, titles);
    return titles;
  }
}

/** Runs a row's tests in one place. Prints the output of vitest when one fails. */
function countTests(row: SizedRow, place: Place): Pick<FullOutcome, "passed" | "failed" | "skipped"> {
  const { tests, output } = runTests(place, patternOf(row));
  const own = tests.filter(({ fullName }) => new RegExp(patternOf(row)).test(fullName));
  const count = (isCounted: (status: string) => boolean) =>
    own.filter(({ status }) => isCounted(status)).length;
  const passed = count((status) => status === "passed");
  const failed = count((status) => status === "failed");
  if (failed > 0) process.stdout.write(output);
  return { passed, failed, skipped: own.length - passed - failed };
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
  const titles = new Titles();
  let failures = 0;
  for (const [at, { row, place }] of wanted.entries()) {
    process.stdout.write(`[${at + 1}/${wanted.length}] ${row} on ${place}: `);
    const startedMs = performance.now();
    const counts = titles.has(row, place) ? countTests(row, place) : NO_TESTS;
    const outcome: FullOutcome = { row, place, sizes: fullSizesOf(row), commit, ...counts };
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
