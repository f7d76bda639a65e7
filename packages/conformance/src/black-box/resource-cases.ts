import { execFileSync } from "node:child_process";
import { limitForMore, pause } from "@c10k-lab/process";
import { CaseFailure, NotApplicable, USED_UP } from "../probe/case-failure.ts";
import type { Talker } from "../probe/talker.ts";
import type { Visit } from "../probe/visit.ts";
import type { BlackBoxCase } from "./case.ts";
import { lines } from "./message-cases.ts";
import { fillSlowReader, MiB } from "./slow-reader.ts";

const WARM_UP = 30;
const VISITORS = 100;
/** More clients than have places in an array for a thousand. */
const ONE_BY_ONE = 1200;
const SETTLE_BOUND_MS = 6000;
const POLL_MS = 50;
/** Descriptors that a runtime may open by itself meanwhile. */
const DESCRIPTORS_SPARE = 10;
/** Clients that leave before they have read: more than the spare descriptors, and fewer than the places of idle-crowd. */
const DESERTERS = 15;
/** Threads of pools, such as 32 workers of Python's executor. */
const THREADS_SPARE = 40;
/** Clients who fill a pool that starts a thread or a process for each until it is full, as fixed ones of Java do. */
const POOL = 500;
/** Free descriptors, and clients that ask for more. Those without one fit into a backlog of 5. */
const FREE = 10;
const CROWD = 14;
const STOP_BOUND_MS = 8000;

/** Cases of what clients cost the server: CPU time, descriptors, threads. They look at /proc. */
export const RESOURCE_CASES: readonly BlackBoxCase[] = [
  {
    name: "idle-quiet",
    demand: "Clients that are connected and silent cost no CPU time.",
    level: "course",
    hint: "busy waiting: non-blocking calls in a loop without a wait, or EPOLLOUT watched without pending output",
    requires: ["own-bytes"],
    check: async (visit) => {
      const { length } = await visit.connectServed(3);
      await visit.expectQuiet(`with ${length} silent clients`);
    },
  },
  {
    name: "descriptors",
    demand: "The server holds no more descriptors after its clients have left than before they came.",
    level: "course",
    hint: "leaked descriptors: close(2) is missing after recv(2) returned 0, or on the path of an error of recv(2) or send(2)",
    requires: ["fin-quiet", "reset-quiet", "prompt"],
    check: (visit) => {
      // Further processes have descriptors too: they are the matter of leftovers.
      const { pids } = visit.processes;
      const count = () => visit.processes.countDescriptors(pids);
      return expectReturn(visit, { count, spare: DESCRIPTORS_SPARE, noun: "descriptors" });
    },
  },
  {
    name: "leftovers",
    demand: "The server has no more threads, processes and zombies after its clients have left than before.",
    level: "course",
    hint: "threads that do not end, or children without waitpid(2)",
    requires: ["descriptors"],
    check: (visit) => {
      const count = () => visit.processes.countThreads();
      return expectReturn(visit, {
        count,
        spare: THREADS_SPARE,
        noun: "threads, processes and zombies",
        pool: POOL,
      });
    },
  },
  {
    name: "visitors",
    demand: `${ONE_BY_ONE} clients that come one after the other are all served.`,
    level: "course",
    hint: USED_UP,
    requires: ["leftovers"],
    explainsEnd: true,
    check: (visit) => leave(visit, ONE_BY_ONE, "close"),
  },
  {
    name: "slow-reader-quiet",
    demand: "A client that does not read costs no CPU time.",
    level: "production",
    hint: "the readable socket stays in the set while its echo is pending, or send(2) is repeated without a wait",
    requires: ["slow-reader", "idle-quiet"],
    check: async (visit) => {
      await fillSlowReader(await visit.connectSlowReader(), lines(24 * MiB));
      await visit.expectQuiet("beside a client that does not read");
    },
  },
  {
    name: "descriptor-limit",
    demand: "Without free descriptors the server keeps serving, and later serves those who wait.",
    level: "production",
    hint: "EMFILE of accept(2) ends the server, or makes its loop spin",
    requires: ["idle-crowd", "accept-burst", "descriptors"],
    explainsEnd: true,
    needsFreshServer: true,
    check: checkDescriptorLimit,
  },
  {
    name: "sigterm",
    demand: `SIGTERM ends the server and all its processes within ${STOP_BOUND_MS / 1000} s, also with clients connected.`,
    level: "production",
    hint: "SIGTERM is ignored, or the server waits for its clients without a limit",
    requires: ["listens"],
    endsServer: true,
    check: async (visit) => {
      const { processes } = visit;
      await visit.connect();
      await pause(100);
      processes.signal("SIGTERM");
      if (await holdsWithin(STOP_BOUND_MS, () => processes.hasEnded)) return;
      const { length } = processes.pids;
      const noun = length === 1 ? "process" : "processes";
      throw new CaseFailure(`${length} ${noun} still ran ${STOP_BOUND_MS} ms after SIGTERM`);
    },
  },
];

/** Something that clients cost while they are connected. */
interface Cost {
  count(): number;
  readonly spare: number;
  readonly noun: string;
  /** Clients who fill the largest pool that is no leak. */
  readonly pool?: number;
}

/** Expects that a count returns to its value before, after clients have closed and others have reset. */
async function expectReturn(visit: Visit, cost: Cost): Promise<void> {
  const { count, spare, noun } = cost;
  await leave(visit, WARM_UP, "close");
  await pause(500);
  let before = count();
  const ways: readonly [string, () => Promise<void>][] = [
    [`${VISITORS} clients came and closed`, () => leave(visit, VISITORS, "close")],
    [`${VISITORS} clients came and reset`, () => leave(visit, VISITORS, "reset")],
    [`${DESERTERS} clients reset while output for them was pending`, () => desert(visit)],
  ];
  for (const [what, come] of ways) {
    await come();
    if (await holdsWithin(SETTLE_BOUND_MS, () => count() <= before + spare)) continue;
    if (visit.processes.hasEnded) throw new CaseFailure("the server had ended");
    const after = count();
    if (!(await fillsPool(visit, cost)))
      throw new CaseFailure(`${before} ${noun} before, ${after} after ${what}`);
    before = count();
  }
}

/** Returns whether the count stops growing when a pool has had clients enough to be full. */
async function fillsPool(visit: Visit, { count, spare, pool }: Cost): Promise<boolean> {
  if (pool === undefined) return false;
  try {
    await leave(visit, pool, "close");
    const full = count();
    await leave(visit, VISITORS, "close");
    return await holdsWithin(SETTLE_BOUND_MS, () => count() <= full + spare);
  } catch (error) {
    // A server that has left too many behind serves nobody any more.
    if (error instanceof CaseFailure) return false;
    throw error;
  }
}

/** Lets clients reset that have not read their echo, so that send(2) fails and not recv(2). */
async function desert(visit: Visit): Promise<void> {
  const entering = Array.from({ length: DESERTERS }, () => visit.connect({ paused: true }));
  const deserters = await Promise.all(entering);
  await Promise.all(deserters.map((talker) => fillSlowReader(talker, lines(8 * MiB))));
  for (const { client } of deserters) client.socket.resetAndDestroy();
}

/** Lets clients come one after the other, and leave by a FIN or a reset. */
async function leave(visit: Visit, count: number, way: "close" | "reset"): Promise<void> {
  for (let at = 0; at < count; at++) {
    const talker = await visit.connect();
    await expectVisitorServed(visit, talker, `visitor ${at + 1} of ${count}`);
    const { socket } = talker.client;
    if (way === "reset") socket.resetAndDestroy();
    else socket.destroy();
  }
}

/** Expects an echo. A visitor who gets none has come after others who were served. */
async function expectVisitorServed(visit: Visit, talker: Talker, name: string): Promise<void> {
  try {
    await visit.expectServed(talker, name);
  } catch (error) {
    if (!(error instanceof CaseFailure)) throw error;
    const { observed, ...further } = error.evidence;
    throw new CaseFailure(observed, further, error.hint ?? USED_UP);
  }
}

async function checkDescriptorLimit(visit: Visit): Promise<void> {
  const live = await visit.connect();
  await visit.expectServed(live, "the client before the limit");
  for (const pid of visit.processes.pids) limitDescriptors(pid);
  const crowd: Talker[] = [];
  for (let at = 0; at < CROWD; at++) crowd.push(await visit.connect());
  const line = Buffer.from("am I in?\n");
  for (const talker of crowd) talker.send(line);
  await visit.expectQuiet("without free descriptors");
  await visit.expectServed(live, "a connected client, when no descriptor was free");
  const isServed = ({ client }: Talker) => client.bufferedBytes >= line.length;
  // Those who were served leave, so that those who wait can be served.
  const hasSettled = await holdsWithin(15_000, () => {
    for (const { client } of crowd.filter(isServed)) client.socket.destroy();
    return crowd.every((talker) => isServed(talker) || talker.client.isOver);
  });
  if (!hasSettled) {
    const waiting = crowd.filter((talker) => !isServed(talker) && !talker.client.isOver).length;
    throw new CaseFailure(`${waiting} of ${CROWD} clients were not served after others had left`);
  }
  await visit.expectServed(live, "a connected client, after the shortage");
}

function limitDescriptors(pid: number): void {
  try {
    const limit = limitForMore(pid, FREE);
    execFileSync("prlimit", ["--pid", String(pid), `--nofile=${limit}:${limit}`], { stdio: "ignore" });
  } catch {
    throw new NotApplicable("needs prlimit(1) and the right to limit the server");
  }
}

async function holdsWithin(boundMs: number, condition: () => boolean): Promise<boolean> {
  const deadlineMs = performance.now() + boundMs;
  while (!condition()) {
    if (performance.now() > deadlineMs) return false;
    await pause(POLL_MS);
  }
  return true;
}
