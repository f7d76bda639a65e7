/** Child processes: started, pinned, bounded in time. Readers of /proc. */

export { endWithParent } from "@c10k-lab/posix";
export { BoundedLog } from "./bounded-log.ts";
export { Child, type ChildOptions, type Exit, signalOf } from "./child.ts";
export { type CommandLimits, defaultLimits } from "./command-limits.ts";
export { childEnvironment } from "./environment.ts";
export { findFreePort } from "./free-port.ts";
export { type Excess, KeptCommand, type KeptCommandOptions } from "./kept-command.ts";
export { eachLine, LineQueue } from "./line-queue.ts";
export { makePrintable } from "./printable.ts";
export { type CpuTimes, parseCpuTimes, readCpuTimes } from "./proc/host.ts";
export {
  allProcesses,
  childrenOf,
  commandLine,
  cpuUs,
  descriptors,
  isAlive,
  isFrozen,
  limitForMore,
  processesWith,
  runDelaysUs,
  status,
  threads,
} from "./proc/process.ts";
export { countProcess, type ProcessCounts } from "./proc/process-counts.ts";
export { ProcessTree, type TreeUsage } from "./proc/process-tree.ts";
export { readOr } from "./proc/read-or.ts";
export { parseProcessStat, readProcessStat } from "./proc/stat.ts";
export { ClockReader } from "./processors/clock-reader.ts";
export { divideProcessors, type Processors } from "./processors/processors.ts";
export { GRACE_MS, Stoppable } from "./stoppable.ts";
export { callAfter, pause, within } from "./timers.ts";
