import { describe } from "vitest";
import { churnCases } from "./cases/connections/churn-cases.ts";
import { echoCases } from "./cases/connections/echo-cases.ts";
import { fairnessCases } from "./cases/connections/fairness-cases.ts";
import { halfCloseCases } from "./cases/connections/half-close-cases.ts";
import { injectionCases } from "./cases/connections/injection-cases.ts";
import { shutdownCases } from "./cases/connections/shutdown-cases.ts";
import { urgentCases } from "./cases/connections/urgent-cases.ts";
import { commandLineCases } from "./cases/program/command-line-cases.ts";
import { freezeCases, lifecycleCases } from "./cases/program/lifecycle-cases.ts";
import { limitCases } from "./cases/program/limit-cases.ts";
import { loadingCases } from "./cases/program/loading-cases.ts";
import { monitoringCases } from "./cases/program/monitoring-cases.ts";
import { resultsCases } from "./cases/program/results-cases.ts";
import { systemCallCases } from "./cases/program/system-call-cases.ts";
import { type Subject, startSubject } from "./harness/subject.ts";

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

export { acceptTurnCases } from "./cases/connections/accept-turn-cases.ts";
export { Client } from "./harness/client.ts";
export { expectBalanced, expectCleanEnd, expectSameBytes } from "./harness/expectations.ts";
export { readMetrics } from "./harness/metrics.ts";
export { type Ended, runToEnd, ServerProcess, type StartOptions } from "./harness/server-process.ts";
export { testWith } from "./harness/tools.ts";
export { type SystemCall, traceUnderLoad } from "./harness/trace.ts";
