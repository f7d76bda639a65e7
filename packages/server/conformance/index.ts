import { describe } from "vitest";
import { churnCases } from "./churn-cases.ts";
import { commandLineCases } from "./command-line-cases.ts";
import { echoCases } from "./echo-cases.ts";
import { fairnessCases } from "./fairness-cases.ts";
import { halfCloseCases } from "./half-close-cases.ts";
import { injectionCases } from "./injection-cases.ts";
import { freezeCases, lifecycleCases } from "./lifecycle-cases.ts";
import { limitCases } from "./limit-cases.ts";
import { loadingCases } from "./loading-cases.ts";
import { monitoringCases } from "./monitoring-cases.ts";
import { resultsCases } from "./results-cases.ts";
import { shutdownCases } from "./shutdown-cases.ts";
import { type Subject, startSubject } from "./subject.ts";
import { systemCallCases } from "./system-call-cases.ts";
import { urgentCases } from "./urgent-cases.ts";

/** Groups of cases. */
const GROUPS = {
  echo: echoCases,
  "half-close": halfCloseCases,
  fairness: fairnessCases,
  churn: churnCases,
  limits: limitCases,
  urgent: urgentCases,
  shutdown: shutdownCases,
  results: resultsCases,
  lifecycle: lifecycleCases,
  freeze: freezeCases,
  monitoring: monitoringCases,
  "command line": commandLineCases,
  "failing accepts": injectionCases,
  "system calls": systemCallCases,
  loading: loadingCases,
};

export interface ConformanceOptions {
  /** Arguments of every server started. */
  readonly args?: readonly string[];
  /** Groups to run; all when not given. */
  readonly groups?: readonly (keyof typeof GROUPS)[];
  /** Whether send(2) can take less than it is given: a blocking one does not. */
  readonly writesShort?: boolean;
}

/**
 * Registers the tests every server must pass, whatever its architecture. They know a server by its command line, its
 * socket, its files and /proc.
 *
 * @param name of the suite in the report
 * @param main file name of the server's main module
 */
export function conformance(name: string, main: string, options: ConformanceOptions = {}): void {
  const { args = [], writesShort = true, groups = Object.keys(GROUPS) as (keyof typeof GROUPS)[] } = options;
  const subject: Subject = {
    main,
    args,
    writesShort,
    start: (more) => startSubject(main, args, more),
  };
  describe(name, () => {
    for (const group of groups) describe(group, () => GROUPS[group](subject));
  });
}

export { acceptTurnCases } from "./accept-turn-cases.ts";
export { Client } from "./client.ts";
export { expectBalanced, expectCleanEnd, expectSameBytes } from "./expectations.ts";
export { cpuMs, descriptors, isAlive, limitForMore, status, threads } from "./proc.ts";
export { type Ended, runToEnd, ServerProcess, type StartOptions } from "./server-process.ts";
export { testWith } from "./tools.ts";
export { type SystemCall, traceUnderLoad } from "./trace.ts";
export { pause, until, untilStable } from "./until.ts";
