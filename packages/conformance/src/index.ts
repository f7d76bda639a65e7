import { describe } from "vitest";
import type { OptionGroupName } from "./black-box/option-groups.ts";
import { blackBoxCases } from "./cases/connections/black-box-cases.ts";
import { churnCases } from "./cases/connections/churn-cases.ts";
import { echoCases } from "./cases/connections/echo-cases.ts";
import { fairnessCases } from "./cases/connections/fairness-cases.ts";
import { halfCloseCases } from "./cases/connections/half-close-cases.ts";
import { injectionCases } from "./cases/connections/injection-cases.ts";
import { peerCases } from "./cases/connections/peer-cases.ts";
import { queueCases } from "./cases/connections/queue-cases.ts";
import { shutdownCases } from "./cases/connections/shutdown-cases.ts";
import { turnCases } from "./cases/connections/turn-cases.ts";
import { urgentCases } from "./cases/connections/urgent-cases.ts";
import { commandLineCases } from "./cases/program/command-line-cases.ts";
import { costCases } from "./cases/program/cost-cases.ts";
import { failureCases } from "./cases/program/failure-cases.ts";
import { freezeCases, lifecycleCases } from "./cases/program/lifecycle-cases.ts";
import { limitCases } from "./cases/program/limit-cases.ts";
import { loadingCases } from "./cases/program/loading-cases.ts";
import { monitoringCases } from "./cases/program/monitoring-cases.ts";
import { nameCases } from "./cases/program/name-cases.ts";
import { resultsCases } from "./cases/program/results-cases.ts";
import { systemCallCases } from "./cases/program/system-call-cases.ts";
import { type Subject, startSubject } from "./harness/subject.ts";

export { CONNECTION_ERRORS, PASSING_ERRORS } from "./cases/connections/injection-cases.ts";

/** Groups of cases, by the name that ConformanceOptions.groups takes. */
const GROUPS: Record<OptionGroupName | "black box", (subject: Subject) => void> = {
  "black box": blackBoxCases,
  echo: echoCases,
  "half-close": halfCloseCases,
  fairness: (subject) => {
    fairnessCases(subject);
    turnCases(subject);
  },
  peers: peerCases,
  queue: queueCases,
  churn: churnCases,
  limits: limitCases,
  urgent: urgentCases,
  shutdown: shutdownCases,
  results: resultsCases,
  names: nameCases,
  lifecycle: lifecycleCases,
  failures: failureCases,
  freeze: freezeCases,
  monitoring: monitoringCases,
  "command line": commandLineCases,
  "failing accepts": injectionCases,
  "system calls": systemCallCases,
  loading: loadingCases,
  cost: costCases,
};

type Group = keyof typeof GROUPS;

export interface ConformanceOptions {
  /** Arguments of every server that the cases start. */
  readonly args?: readonly string[];
  /** Further arguments with which a server holds 10,000 connections [default: none]. */
  readonly argsForMany?: readonly string[];
  /** Arguments with which one wait returns at most so many events [default: none, a wait returns all]. */
  readonly argsForBatches?: (events: number) => readonly string[];
  /** Groups to run [default: all]. */
  readonly groups?: readonly Group[];
  /** Groups that are left out. */
  readonly without?: readonly Group[];
  /** False when send(2) blocks until it has taken all bytes [default: true]. */
  readonly writesShort?: boolean;
  /** False when the kernel receives and sends without a system call for each message [default: true]. */
  readonly hasCallPerMessage?: boolean;
}

/**
 * Registers the tests that every server must pass, whatever its architecture. They see a server from outside: its
 * command line, socket, files and /proc.
 *
 * @param name title of the suite
 * @param main path of the server's main module
 */
export function conformance(name: string, main: string, options: ConformanceOptions = {}): void {
  const {
    args = [],
    argsForMany = [],
    argsForBatches = () => [],
    writesShort = true,
    hasCallPerMessage = true,
    groups = Object.keys(GROUPS) as Group[],
    without = [],
  } = options;
  const subject: Subject = {
    main,
    args,
    argsForMany,
    argsForBatches,
    writesShort,
    hasCallPerMessage,
    start: (more) => startSubject(main, args, more),
  };
  describe(name, () => {
    for (const group of groups.filter((name) => !without.includes(name)))
      describe(group, () => GROUPS[group](subject));
  });
}

export { acceptTurnCases } from "./cases/connections/accept-turn-cases.ts";
export { Client } from "./harness/client.ts";
export { expectCleanEnd, expectLedgersAgree, expectSameBytes } from "./harness/expectations.ts";
export { ATTACHING, FailingCalls } from "./harness/failing-calls.ts";
export { readMetrics } from "./harness/monitoring.ts";
export { type Ended, runToEnd, ServerProcess, type StartOptions } from "./harness/server-process.ts";
export { testWith } from "./harness/tools.ts";
export { type SystemCall, traceUnderLoad } from "./harness/trace.ts";
