/** Black-box cases for any echo server, without a test runner. */

export type { BlackBoxCase, Level } from "./black-box/case.ts";
export { BLACK_BOX_CASES } from "./black-box/catalogue.ts";
export { OPTION_GROUPS } from "./black-box/option-groups.ts";
export type { Evidence } from "./probe/case-failure.ts";
export { Visit } from "./probe/visit.ts";
export {
  type CaseResult,
  type CaseStatus,
  listCases,
  runSuite,
  type StartedTarget,
} from "./suite/suite.ts";
export { type CommandOptions, CommandServer, endServers, StartError } from "./target/command-server.ts";
export { describeExit, type LimitName, limitOf } from "./target/exit-words.ts";
export { findMarked, findOwned, ProcessTree } from "./target/process-tree.ts";
export type { Target } from "./target/target.ts";
