/**
 * Writes docs/FAULTS.md from tools/faults.json and the reports of a test run, one row per fault: how it is provoked, by how many
 * tests on each server or workspace, and with which outcome. .ci/run prints the path of its reports.
 *
 *     npm run docs:faults -- REPORT.json ...
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { SIZE_PAIRS } from "@c10k-lab/process/testing";
import faults from "./faults.json" with { type: "json" };

const ROOT = join(import.meta.dirname, "..");
const PAGE = join(ROOT, "docs/FAULTS.md");
const ID = /^(trial [XR]?\d+|[A-Z]\d+b?)\b/;

export interface Fault {
  /** Id, which also begins the titles of tests that were written for the row. */
  readonly row: string;
  readonly fault: string;
  /** Text, in which `{name}` stands for a size of the row. */
  readonly provoked: string;
  /** Parts of the full names of further tests. */
  readonly titles?: readonly string[];
}

/** One test of a report of vitest's JSON reporter. */
export interface TestOutcome {
  readonly file: string;
  readonly title: string;
  readonly fullName: string;
  readonly status: string;
}

export const FAULTS: readonly Fault[] = faults;

/** Returns the ids that a title begins with: "S1, S2: a server …" has two. */
export function idsOf(title: string): string[] {
  const [id] = ID.exec(title) ?? [];
  if (id === undefined) return [];
  const rest = title.slice(id.length);
  return [id, ...(/^,? (and )?/.test(rest) ? idsOf(rest.replace(/^,? (and )?/, "")) : [])];
}

function isTestOf({ row, titles = [] }: Fault, { title, fullName }: TestOutcome): boolean {
  // The trials of a kind stand in one describe, whose title is part of the full name.
  const isInTrial = row.startsWith("trial ") && new RegExp(`\\b${row}\\b`).test(fullName);
  return isInTrial || idsOf(title).includes(row) || titles.some((part) => fullName.includes(part));
}

/** Returns the text of a row with its sizes: "500 (full: 10,000) clients reset". @throws Error for a size that the row has not */
export function describeProvocation({ row, provoked }: Fault): string {
  const sizes: Readonly<Record<string, readonly [gate: number, full: number]>> =
    { ...SIZE_PAIRS }[row as keyof typeof SIZE_PAIRS] ?? {};
  return provoked.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const pair = sizes[name];
    if (!pair) throw new Error(`row ${row} has no size ${name}`);
    const [gate, full] = pair.map((size) => size.toLocaleString("en"));
    return `${gate} (full: ${full})`;
  });
}

/** Returns the page. @param outcomes all tests that ran */
export function faultsPage(outcomes: readonly TestOutcome[]): string {
  const rows = FAULTS.map((fault) => {
    const tests = outcomes.filter((outcome) => outcome.status !== "skipped" && isTestOf(fault, outcome));
    const places = [...Map.groupBy(tests, placeOf)].map(([place, own]) => {
      const passed = own.filter(({ status }) => status === "passed").length;
      return passed === own.length
        ? `${place} ${passed}`
        : `${place} **${own.length - passed} of ${own.length} failed**`;
    });
    const outcome = places.length === 0 ? "not tested" : places.join(", ");
    return `| ${fault.row} | ${fault.fault} | ${describeProvocation(fault)} | ${outcome} |`;
  });
  const tested = rows.filter((row) => !row.endsWith("| not tested |")).length;
  return `# Faults

Faults that servers, client, lab and containers must survive, and the tests that provoke them. This page is written by
\`npm run docs:faults\` from the reports of the gate: ${tested} of ${rows.length} rows have a test by name. The last column counts the tests
that passed on each server or in each workspace. Of two sizes the first is that of the gate; \`npm run faults:full\` runs these
rows with the second, and needs a limit of 20,000 descriptors: [outcomes at full size](FAULTS-FULL.md).

| row | fault | how it is provoked | tests that passed |
| --- | ----- | ------------------ | ----------------- |
${rows.join("\n")}
`;
}

/** A server by its short name; another workspace as it is called. */
function placeOf({ file }: TestOutcome): string {
  const [, name = ""] = file.split("/");
  return file.startsWith("docker/") ? "docker" : name.replace(/^server-/, "");
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { title: string; fullName: string; status: string }[];
  }[];
}

function outcomesOf(report: Report): TestOutcome[] {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ title, fullName, status }) => ({
      file: relative(ROOT, name),
      title,
      fullName,
      status,
    })),
  );
}

if (import.meta.main) {
  const files = process.argv.slice(2);
  if (files.length === 0) {
    process.stderr.write(
      "docs:faults: give the JSON reports of a test run: npm run docs:faults -- report.json\n",
    );
    process.exit(2);
  }
  const outcomes = files.flatMap((file) => outcomesOf(JSON.parse(readFileSync(file, "utf8"))));
  writeFileSync(PAGE, faultsPage(outcomes));
  execFileSync(join(ROOT, "node_modules/.bin/biome"), ["format", "--write", PAGE], { stdio: "ignore" });
}
