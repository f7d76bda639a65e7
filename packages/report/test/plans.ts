import type { CellResult, LabResults, Search, ServerName, Trial } from "@c10k-lab/protocol";
import { type CellWish, makeCell, makeResults, thrice } from "./fixture.ts";

/** Results of each kind of plan, three runs a cell, with a known truth in them. */

const SERVERS: readonly ServerName[] = ["threaded", "select", "epoll"];

function resultsOf(
  plan: string,
  wishes: readonly CellWish[],
  question = `What does ${plan} ask?`,
): LabResults {
  return makeResults(thrice(wishes.map(makeCell)), { plan, question, options: { about: plan } });
}

/** select loses four fifths of its rate to idle connections, epoll nothing. */
export function idleResults(): LabResults {
  return resultsOf(
    "idle",
    SERVERS.flatMap((server) =>
      [0, 1000, 10_000].map((x, step): CellWish => {
        const isSelect = server === "select";
        return {
          ...{ server, x, axis: "idle", connections: 100 + x },
          messagesPerSecond: isSelect ? ([100_000, 60_000, 20_000][step] ?? 0) : 100_000,
          p99Ms: isSelect ? ([5, 9, 25][step] ?? 0) : 5,
          cpuPerMessageUs: isSelect ? ([7, 12, 40][step] ?? 0) : 7,
          descriptorsPerWait: 128 + x,
        };
      }),
    ),
  );
}

/** As fast as they can, and at a rate all can do: then idle connections cost select time, not messages. */
export function idleLoopsResults(): LabResults {
  const cells = (["select", "epoll"] as const).flatMap((server) =>
    [0, 10_000].map((x) => ({ server, x, connections: 100 + x, axis: "idle" }) as const),
  );
  const isSlow = ({ server, x }: (typeof cells)[number]) => server === "select" && x > 0;
  const closed = cells.map(
    (cell): CellWish => ({
      ...cell,
      group: "closed loop",
      messagesPerSecond: isSlow(cell) ? 20_000 : 100_000,
    }),
  );
  const open = cells.map(
    (cell): CellWish => ({
      ...{ ...cell, group: "open loop", messagesPerSecond: 20_000 },
      ...{ intendedP99Ms: isSlow(cell) ? 30 : 2, cpuPerMessageUs: isSlow(cell) ? 45 : 7 },
    }),
  );
  const timed = [...closed, ...open].map((wish): CellWish => ({ ...wish, change: boundedByTime }));
  return resultsOf("idle", timed);
}

function boundedByTime(cell: CellResult): CellResult {
  return {
    ...cell,
    client: cell.client && { ...cell.client, asked: { ...cell.client.asked, messages: null } },
  };
}

/** A queue that is shorter than the connections that come at once overflows. */
export function backlogResults(): LabResults {
  const wishes = [250, 1000].flatMap((connections) =>
    SERVERS.flatMap((server) =>
      [5, 128, 1024].map((x): CellWish => {
        const where = {
          server,
          x,
          connections,
          axis: "backlog",
          group: `${connections} connections`,
        } as const;
        return x < connections
          ? { ...where, ...OVERFLOWING }
          : { ...where, firstResponseP99Ms: 12, wallMs: 300 };
      }),
    ),
  );
  return resultsOf("backlog", wishes);
}

const OVERFLOWING: Partial<CellWish> = {
  firstResponseP99Ms: 1100,
  wallMs: 2000,
  tcp: { ListenOverflows: 400, RetransSegs: 300 },
  doubt: "listen-overflow",
};

/** threaded falls behind at 10,000 new connections a second. */
export function churnResults(): LabResults {
  return resultsOf(
    "churn",
    SERVERS.flatMap((server) =>
      [1000, 10_000].map(
        (x): CellWish => ({
          ...{ server, x, axis: "connect-rate", connections: 2 * x },
          messagesPerSecond: x,
          wallMs: server === "threaded" && x === 10_000 ? 3000 : 2000,
          firstResponseP99Ms: server === "threaded" ? 40 : 4,
        }),
      ),
    ),
  );
}

/** The servers differ up to 1 KiB and are alike at 64 KiB. */
export function sizeResults(): LabResults {
  const rates: Record<string, readonly number[]> = {
    threaded: [60_000, 50_000, 10_000],
    select: [90_000, 80_000, 10_050],
    epoll: [120_000, 100_000, 10_100],
  };
  return resultsOf(
    "size",
    SERVERS.flatMap((server) =>
      [16, 1024, 65_536].map(
        (x, step): CellWish => ({
          ...{ server, x, axis: "size", connections: 50 },
          messagesPerSecond: rates[server]?.[step] ?? 0,
        }),
      ),
    ),
  );
}

/** Level-triggered costs CPU time; the size of a thread's stack nothing. */
export function ablationResults(): LabResults {
  const trigger = ["epoll-edge", "epoll-level"].flatMap((variant) =>
    [100, 1000].map(
      (connections): CellWish => ({
        ...{ group: "trigger", server: "epoll", variant, connections },
        cpuPerMessageUs: variant === "epoll-level" ? 9 : 7,
      }),
    ),
  );
  const stack = ["threaded-64KiB", "threaded-8MiB"].map(
    (variant): CellWish => ({ group: "thread stack", server: "threaded", variant, connections: 1000 }),
  );
  return resultsOf("ablation", [...trigger, ...stack]);
}

/** As submitted all overflow and take longer, and epoll is cut off at 5,000 connections. */
export function originResults(): LabResults {
  const cells = (["threaded", "epoll"] as const).flatMap((server) =>
    [1000, 5000].map((connections) => ({ server, connections })),
  );
  const submitted = cells.map((cell): CellWish => {
    const isCut = cell.server === "epoll" && cell.connections === 5000;
    const end = isCut ? ({ status: "cut-off", wallMs: 30_000 } as const) : { wallMs: 9000 };
    const overflow = { tcp: { ListenOverflows: 3000 }, doubt: "listen-overflow" } as const;
    return { ...cell, ...end, ...overflow, group: "as submitted", p99Ms: 800 };
  });
  const corrected = cells.map((cell): CellWish => ({ ...cell, group: "corrected", p99Ms: 40, wallMs: 900 }));
  return resultsOf("origin", [...submitted, ...corrected]);
}

/** threaded ends at 4,000 to 4,500 connections, select at its wall, epoll at the end of the search. */
export function capacityResults(): LabResults {
  const search = (variant: ServerName, met: number, failed: number | null): Search => ({
    ...{
      group: null,
      ended: failed === null ? "bound" : "boundary",
      variant,
      server: variant,
      searched: "connections",
      met,
      failed,
    },
    fixed: { connections: null, rate: 10_000 },
    bound: { value: 20_000, sentence: "The client has ports for 20,000 connections." },
    first:
      failed === null
        ? null
        : { signal: variant === "select" ? "fd-wall" : "latency", sentence: "So it was seen." },
    tries: [met, failed].flatMap((value) =>
      value === null
        ? []
        : [
            {
              value,
              met: value === met,
              trials: [1, 2, 3].map((run) => trialOf(variant, value, value === met, run)),
            },
          ],
    ),
  });
  const searches = [
    search("threaded", 4000, 4500),
    search("select", 900, 1000),
    search("epoll", 20_000, null),
  ];
  const wishes = searches.flatMap(({ variant, tries }) =>
    tries.map(
      ({ value }): CellWish => ({
        ...{ group: "connections", server: variant as ServerName, connections: value, intendedP99Ms: 20 },
      }),
    ),
  );
  return {
    ...resultsOf("capacity", wishes),
    capacity: {
      schema: "c10k-lab/capacity/1",
      objective: { p99Ms: 100, achievedMin: 0.95, failuresMax: 0 },
      searches,
    },
  };
}

function trialOf(variant: string, value: number, met: boolean, run: number): Trial {
  return {
    cell: `connections-${variant}-${value}-run-${run}`,
    met,
    signals: met ? [] : [{ signal: "latency", sentence: "The p99 was 140 ms." }],
    p99Ms: met ? 20 + run : 140 + run,
    achieved: met ? 1 : 0.9,
    failures: 0,
    disturbed: null,
    counts: true,
  };
}
