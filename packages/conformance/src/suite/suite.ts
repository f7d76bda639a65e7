import { callAfter, pause } from "@c10k-lab/process";
import type { BlackBoxCase, Level } from "../black-box/case.ts";
import { BLACK_BOX_CASES } from "../black-box/catalogue.ts";
import { OPTION_GROUP_LEVEL, OPTION_GROUPS } from "../black-box/option-groups.ts";
import { CaseFailure, type Evidence, NotApplicable, SLOW } from "../probe/case-failure.ts";
import { Visit } from "../probe/visit.ts";
import { StartError } from "../target/command-server.ts";
import type { Target } from "../target/target.ts";

/** Longest time of one case, ms. The waits inside a case have smaller bounds. */
const CASE_BOUND_MS = 120_000;
/** Time in which the exit of a server is known whose connection was reset by its end: its shell has to end as well. */
const EXIT_BOUND_MS = 1000;
const POLL_MS = 50;
const ENDED = "the server itself ended: its exit and its last output tell why";
const OVER_LIMIT =
  "the server takes more and more of the machine, whatever its clients do: its exit names what";

export type CaseStatus = "pass" | "fail" | "not applicable";

export interface CaseResult {
  readonly name: string;
  readonly demand: string;
  readonly level: Level;
  readonly status: CaseStatus;
  readonly durationMs: number;
  /** Reason of "not applicable". */
  readonly reason?: string | undefined;
  readonly evidence?: Evidence | undefined;
  readonly hint?: string | undefined;
}

/** Server of one case. Its disposal ends it. */
export interface StartedTarget extends Target, AsyncDisposable {
  /** Exit of the server's first process, in words; null while it runs. */
  readonly exit?: string | null;
  /** A limit that protects the machine ended it. */
  readonly isOverLimit?: boolean;
}

export interface SuiteOptions {
  readonly level: Level;
  /** Names of cases to run, without those they require [default: all of the level]. */
  readonly only?: readonly string[] | undefined;
  /** Starts the server of one case. @throws Error with one sentence */
  start(): Promise<StartedTarget>;
  report(result: CaseResult): void;
}

/** Runs the cases one after the other, each with a server of its own. */
export async function runSuite({ level, only, start, report }: SuiteOptions): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const add = (result: CaseResult) => {
    results.push(result);
    report(result);
  };
  const failed = new Set<string>();
  for (const one of listCases(level, only)) {
    const blocked = only ? undefined : one.requires.find((name) => failed.has(name));
    const result = blocked ? skip(one, `${blocked} did not pass`) : await runCase(one, start);
    if (result.status === "fail" || blocked) failed.add(one.name);
    add(result);
  }
  if (!only && includesLevel(level, OPTION_GROUP_LEVEL)) {
    for (const [name, { demand, needs }] of Object.entries(OPTION_GROUPS)) {
      add(skip({ name: `options: ${name}`, demand, level: OPTION_GROUP_LEVEL }, `needs ${needs}`));
    }
  }
  return results;
}

/** Returns the cases of a level, or those that are named. */
export function listCases(level: Level, only?: readonly string[]): BlackBoxCase[] {
  return BLACK_BOX_CASES.filter((one) => (only ? only.includes(one.name) : includesLevel(level, one.level)));
}

/** Runs one case. A server that ends or hangs makes it fail. */
async function runCase(one: BlackBoxCase, start: () => Promise<StartedTarget>): Promise<CaseResult> {
  const startMs = performance.now();
  const { name, demand, level } = one;
  const finish = (further: Pick<CaseResult, "status"> & Partial<CaseResult>): CaseResult => ({
    name,
    demand,
    level,
    durationMs: Math.round(performance.now() - startMs),
    ...further,
  });
  let target: StartedTarget | undefined;
  let visit: Visit | undefined;
  try {
    target = await start();
    visit = new Visit(target);
    await checkInTime(one, visit);
    return finish({ status: "pass" });
  } catch (error) {
    if (error instanceof NotApplicable) return finish({ status: "not applicable", reason: error.message });
    // The clients are still there: a server that ends when they leave has not ended in this case.
    const hasEnded = await hasServerEnded(target);
    const cause = findCause(one, error, hasEnded ? target : undefined);
    return finish({ status: "fail", evidence: describeFailure(error, target, hasEnded), hint: cause });
  } finally {
    visit?.[Symbol.dispose]();
    await target?.[Symbol.asyncDispose]();
  }
}

/** Returns the usual cause of a failure. @param ended the server, if it has ended */
function findCause({ hint, explainsEnd }: BlackBoxCase, error: unknown, ended?: StartedTarget): string {
  if (ended?.isOverLimit) return OVER_LIMIT;
  // The demand of the case is not judged by a server that does not start.
  const own = error instanceof StartError || error instanceof CaseFailure ? error.hint : null;
  return own ?? (ended && !explainsEnd ? ENDED : hint);
}

/** @throws CaseFailure also when the case has not ended in time */
async function checkInTime(one: BlackBoxCase, visit: Visit): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancel = callAfter(CASE_BOUND_MS, () =>
    reject(new CaseFailure(`the case did not end within ${CASE_BOUND_MS / 1000} s`, {}, SLOW)),
  );
  try {
    await Promise.race([one.check(visit), late]);
  } finally {
    cancel();
  }
}

/** Returns whether the server has ended, as soon as that is known. */
async function hasServerEnded(target?: StartedTarget): Promise<boolean> {
  if (!target?.processes) return false;
  for (const untilMs = performance.now() + EXIT_BOUND_MS; performance.now() < untilMs; await pause(POLL_MS))
    if (target.processes.hasEnded && target.exit) return true;
  return false;
}

function describeFailure(error: unknown, target: StartedTarget | undefined, hasEnded: boolean): Evidence {
  const evidence = error instanceof CaseFailure ? error.evidence : { observed: (error as Error).message };
  if (!hasEnded) return evidence;
  return { ...evidence, observed: `${evidence.observed}; the server ended with ${target?.exit}` };
}

function skip(
  { name, demand, level }: Pick<CaseResult, "name" | "demand" | "level">,
  reason: string,
): CaseResult {
  return { name, demand, level, status: "not applicable", durationMs: 0, reason };
}

function includesLevel(asked: Level, level: Level): boolean {
  return asked === "production" || level === "course";
}
