import { lookup } from "node:dns/promises";
import { statSync } from "node:fs";
import type { OptionValues } from "@c10k-lab/cli";
import { UsageError } from "@c10k-lab/cli";
import {
  BLACK_BOX_CASES,
  type CaseResult,
  CommandServer,
  listCases,
  OPTION_GROUPS,
  runSuite,
  type StartedTarget,
} from "@c10k-lab/conformance/suite";
import { probeWritable, writeFileDurably } from "@c10k-lab/files";
import { EXIT } from "@c10k-lab/protocol";
import type { CONFORMANCE } from "../contract.ts";
import { formatResults } from "../output/case-table.ts";
import { formatJunit } from "../output/junit.ts";

/** Goes to the start of a terminal's line and clears it. */
const CLEAR_LINE = "\r\u001b[K";

type Options = OptionValues<typeof CONFORMANCE.options>;

/** Runs the suite and writes its results. Returns the exit code. @throws UsageError */
export async function check(options: Options): Promise<number> {
  const only = options.only?.split(",").map((name) => name.trim());
  const unknown = only?.find((name) => !BLACK_BOX_CASES.some((one) => one.name === name));
  if (unknown !== undefined) throw new UsageError(`--only: there is no case '${unknown}' (see --list)`);
  if (options.list) {
    process.stdout.write(listing(options, only));
    return EXIT.ok;
  }
  const start = await startOf(options);
  if (!tryToWrite(() => probeResults(options))) return EXIT.unwritable;
  const isTerminal = process.stderr.isTTY && process.stdout.isTTY;
  // The table repeats every line: where both are read on one terminal, one line at a time is enough.
  const report = ({ name, status }: CaseResult) =>
    process.stderr.write(
      isTerminal ? `${CLEAR_LINE}${status.padEnd(15)} ${name}` : `${status.padEnd(15)} ${name}\n`,
    );
  const results = await runSuite({ level: options.level, only, start, report });
  if (isTerminal) process.stderr.write(CLEAR_LINE);
  process.stdout.write(formatResults(results));
  if (!tryToWrite(() => writeResults(options, results))) return EXIT.unwritable;
  return results.some(({ status }) => status === "fail") ? EXIT.incomplete : EXIT.ok;
}

/** @throws Error of mkdir(2) or open(2) */
function probeResults({ junit, json }: Options): void {
  for (const path of [junit, json]) if (path !== undefined) probeWritable(path);
}

/** @throws Error of open(2) or write(2) */
function writeResults(
  { command, target, level, junit, json }: Options,
  results: readonly CaseResult[],
): void {
  const subject = command ?? target ?? "";
  const content = { schema: "c10k-lab/conformance/1", subject, level, cases: results };
  if (junit) writeFileDurably(junit, formatJunit(subject, results));
  if (json) writeFileDurably(json, `${JSON.stringify(content, null, 2)}\n`);
}

/** Returns false after a sentence when a file cannot be written. */
function tryToWrite(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    process.stderr.write(`conformance: results cannot be written: ${(error as Error).message}\n`);
    return false;
  }
}

async function startOf(options: Options): Promise<() => Promise<StartedTarget>> {
  const { command, target, cwd, port, startTimeoutMs } = options;
  if (command !== undefined) {
    if (!command.includes("{port}") && port === undefined)
      throw new UsageError("--command has no {port}: write it where the port belongs, or give --port");
    if (cwd !== undefined && !statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
      throw new UsageError(`--cwd: ${cwd} is not a folder`);
    const optional = { ...(cwd === undefined ? {} : { cwd }), ...(port === undefined ? {} : { port }) };
    return () => CommandServer.start({ command, startBoundMs: startTimeoutMs, ...optional });
  }
  if (target === undefined) throw new UsageError("give --command or --target (see --help)");
  const [, name = "", text] = /^\[?(.+?)\]?:(\d+)$/.exec(target) ?? [];
  const number = Number(text);
  if (!(number >= 1 && number <= 65_535)) throw new UsageError(`--target: '${target}' is not HOST:PORT`);
  const host = await resolve(name);
  return async () => ({ host, port: number, processes: null, [Symbol.asyncDispose]: async () => {} });
}

async function resolve(name: string): Promise<string> {
  try {
    return (await lookup(name)).address;
  } catch {
    throw new UsageError(`--target: the name '${name}' has no address`);
  }
}

function listing({ level }: Options, only?: readonly string[]): string {
  const own = listCases(level, only).map((one) => `${one.name} (${one.level})\n  ${one.demand}\n`);
  const isAll = level === "production" && !only;
  const groups = Object.entries(isAll ? OPTION_GROUPS : {}).map(
    ([name, { demand, needs }]) => `${name} (production; needs ${needs})\n  ${demand}\n`,
  );
  return [...own, ...groups].join("");
}
