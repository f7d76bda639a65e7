import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  CommandServer,
  findMarked,
  findOwned,
  limitOf,
  ProcessTree,
  runSuite,
} from "@c10k-lab/conformance/suite";
import { type CommandLimits, defaultLimits, type Exit } from "@c10k-lab/process";
import type { Grade, Orders } from "../grade-result.ts";
import { confine } from "../sandbox/confine.ts";
import { JUDGE_FILES, ROOT } from "../sandbox/sandbox.ts";
import { readSubmission, type Submission } from "../sandbox/submission.ts";
import { Watchdog } from "../sandbox/watchdog.ts";
import { build } from "./build.ts";
import { measure } from "./measure.ts";

const START_BOUND_MS = 15_000;
const MARK = "C10K_SUBMISSION";

/** Builds, tests and measures the submission in `stage`/work. It runs inside the sandbox. */
export async function judge(stage: string, orders: Orders): Promise<Grade> {
  const work = join(stage, "work");
  const files = join(stage, JUDGE_FILES);
  mkdirSync(files, { recursive: true });
  chmodSync(files, 0o700);
  if (orders.user !== null) execFileSync("chown", ["-R", `${orders.user}:${orders.user}`, work]);
  const mark = randomUUID();
  process.env[MARK] = mark;
  const find =
    orders.user === null ? () => findMarked(mark).filter(isOther) : () => findOwned(Number(orders.user));
  const processes = new ProcessTree(find);
  using watchdog = new Watchdog(
    processes,
    orders.hasOwnDisk ? [stage, "/tmp", "/var/tmp", "/dev/shm"] : [],
    orders,
  );
  const grade = (further: Partial<Grade>): Grade => ({
    status: "graded",
    reason: "",
    cases: [],
    measurement: null,
    ...further,
    incidents: [...watchdog.incidents],
  });
  let submission: Submission;
  try {
    submission = readSubmission(work, orders.command);
  } catch (error) {
    return grade({ status: "unreadable", reason: (error as Error).message });
  }
  const root = orders.hasOwnDisk ? join(stage, ROOT) : null;
  const jailed = (command: string) => confine(command, { folder: work, user: orders.user, root }, orders);
  if (submission.build !== null) {
    const failure = await build(jailed(submission.build), processes, process.env, orders.buildTimeoutMs);
    if (failure !== null) {
      watchdog.note(failure.limit);
      return grade({ status: "does not build", reason: failure.reason });
    }
  }
  const command = jailed(submission.command);
  const onEnd = (exit: Exit) => watchdog.note(limitOf(exit));
  const limits = limitsOf(orders);
  const startServer = () => CommandServer.start({ command, startBoundMs: START_BOUND_MS, limits, onEnd });
  const start = async () => {
    await processes.kill();
    return startServer();
  };
  const cases = await runSuite({ level: orders.level, start, report: () => {} });
  const [listens] = cases;
  if (listens?.status === "fail")
    return grade({ status: "does not start", reason: listens.evidence?.observed ?? "", cases });
  await processes.kill();
  const measured = await measure(startServer, files, orders.durationMs).then(
    (measurement) => ({ measurement }),
    (error: Error) => ({ reason: error.message }),
  );
  await processes.kill();
  return grade({ cases, ...measured });
}

/** Returns limits above those of the sandbox, which names the own ones. */
function limitsOf({ processes, memoryBytes }: Orders): CommandLimits {
  const { processes: many, memoryBytes: much } = defaultLimits();
  return {
    processes: Math.max(many, processes),
    memoryBytes: Math.max(much, 2 * memoryBytes),
    diskBytes: Number.MAX_SAFE_INTEGER,
  };
}

function isOther(pid: number): boolean {
  return pid !== process.pid;
}
