import { statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type OptionValues, UsageError } from "@c10k-lab/cli";
import { CsvFile, probeWritable, writeFileDurably } from "@c10k-lab/files";
import { makePrintable } from "@c10k-lab/process";
import { EXIT } from "@c10k-lab/protocol";
import type { GRADE } from "../contract.ts";
import { Grade, type Orders } from "../grade-result.ts";
import { countResults } from "../output/case-table.ts";
import { formatPage } from "../output/grade-page.ts";
import { userOf } from "../sandbox/confine.ts";
import {
  findIsolation,
  type Isolation,
  NOT_COPIED,
  removeLeftStages,
  runJailed,
} from "../sandbox/sandbox.ts";

const JUDGE = join(import.meta.dirname, "../judge-main.ts");
const COLUMNS = [
  "submission",
  "status",
  "passed",
  "failed",
  "not_applicable",
  "failed_cases",
  "messages_per_second",
  "cpu_us_per_message",
  "p99_us",
  "limits_reached",
  "sandbox",
  "reason",
];
type Options = OptionValues<typeof GRADE.options>;

/** Grades the submissions one after the other. Returns the exit code. @throws UsageError */
export async function gradeAll(options: Options, given: readonly string[]): Promise<number> {
  const folders = given
    .map((folder) => resolve(folder))
    .filter((folder) => given.length === 1 || isFolder(folder));
  for (const path of given.filter((path) => !isFolder(path) && given.length > 1))
    process.stderr.write(`lab: ${makePrintable(path)} is left out: it is not a folder\n`);
  const missing = folders.find((folder) => !isFolder(folder));
  if (missing !== undefined) throw new UsageError(`${missing} is not a folder`);
  const names = nameFolders(folders);
  removeLeftStages();
  const isolation = await findIsolation();
  try {
    for (const name of names) probeWritable(pageOf(options, name));
    const csv = CsvFile.create(join(options.out, "grades.csv"), COLUMNS);
    for (const index of folders.keys()) {
      const name = names[index] ?? "";
      const grade = await gradeOne(options, isolation, folders, index);
      await csv.append([toRow(name, grade, isolation)]);
      writeFileDurably(pageOf(options, name), formatPage(name, grade, isolation));
      process.stdout.write(`${makePrintable(name)}: ${describeGrade(grade)}\n`);
    }
    csv.close();
  } catch (error) {
    if (!isFileError(error)) throw error;
    process.stderr.write(`lab: ${error.message}\n`);
    return EXIT.unwritable;
  }
  return EXIT.ok;
}

function pageOf({ out }: Options, name: string): string {
  return join(out, `${name}.html`);
}

async function gradeOne(
  options: Options,
  isolation: Isolation,
  folders: readonly string[],
  index: number,
): Promise<Grade> {
  const source = folders[index] ?? "";
  const hidden = [...folders, resolve(options.out)];
  const { command, level, durationMs, buildTimeoutMs, memoryBytes, diskBytes, processes, timeoutMs } =
    options;
  const isRoot = process.getuid?.() === 0;
  const orders: Orders = {
    user: isRoot ? userOf(index) : null,
    hasOwnDisk: isolation === "namespaces",
    level,
    durationMs,
    buildTimeoutMs,
    memoryBytes,
    diskBytes,
    processes,
    ...(command === undefined ? {} : { command }),
  };
  const jail = { isolation, source, hidden, diskBytes, timeoutMs };
  const { code, stdout, stderr, isLate } = await runJailed(jail, JUDGE, [JSON.stringify(orders)]);
  if (isLate) return failed("late", `it did not end within ${timeoutMs} ms`);
  if (code === NOT_COPIED)
    return failed("unreadable", `it cannot be copied: ${makePrintable(lastLine(stderr))}`);
  try {
    const grade = Grade.parse(JSON.parse(stdout));
    return { ...grade, reason: makePrintable(grade.reason) };
  } catch {
    return failed("broken sandbox", makePrintable(lastLine(stderr)));
  }
}

function failed(status: Grade["status"], reason: string): Grade {
  return { status, reason, incidents: [], cases: [], measurement: null };
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

function describeGrade({ status, reason, cases, measurement, incidents }: Grade): string {
  const { passed, failed, notApplicable } = countResults(cases);
  const limits = incidents.length > 0 ? [`reached its limit of ${incidents.join(" and ")}`] : [];
  if (status !== "graded") return [status, reason, ...limits].filter((part) => part !== "").join("; ");
  const names = failedNames(cases);
  return [
    `${passed} passed, ${failed} failed${failed > 0 ? ` (${names})` : ""}, ${notApplicable} not applicable`,
    describeRate(measurement, reason),
    ...limits,
  ].join("; ");
}

function describeRate(measurement: Grade["measurement"], reason: string): string {
  if (measurement === null) return `not measured: ${reason}`;
  const { messagesPerSecond } = measurement;
  return messagesPerSecond === 0 ? "no message was echoed" : `${messagesPerSecond} messages/s`;
}

function toRow(name: string, grade: Grade, isolation: Isolation) {
  const { status, reason, cases, measurement, incidents } = grade;
  const { passed, failed, notApplicable } = countResults(cases);
  return [
    name,
    status,
    passed,
    failed,
    notApplicable,
    failedNames(cases),
    measurement?.messagesPerSecond ?? null,
    measurement?.cpuUsPerMessage?.toFixed(2) ?? null,
    measurement?.p99Us ?? null,
    incidents.join(" "),
    isolation,
    reason,
  ];
}

function failedNames(cases: Grade["cases"]): string {
  return cases.flatMap(({ name, status }) => (status === "fail" ? [name] : [])).join(" ");
}

/** Returns a name for each folder: its own, with a number when an earlier one has the same. */
function nameFolders(folders: readonly string[]): string[] {
  const own = folders.map((folder) => basename(folder));
  const names = new Set<string>();
  for (const name of own) {
    let unique = name;
    for (let number = 2; names.has(unique) || (number > 2 && own.includes(unique)); number++)
      unique = `${name}-${number}`;
    names.add(unique);
  }
  return [...names];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    /^E[A-Z]+$/.test(error.code)
  );
}
