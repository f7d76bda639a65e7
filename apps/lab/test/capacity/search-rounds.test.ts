import type { RepetitionResult, Search } from "@c10k-lab/protocol";
import { LatencyHistogram } from "@c10k-lab/stats";
import { expect, test, vi } from "vitest";
import { LimitSearch } from "../../src/capacity/limit-search.ts";
import type { SearchProgress } from "../../src/capacity/search-progress.ts";
import { SearchRounds } from "../../src/capacity/search-rounds.ts";
import { type Cell, subjectsOf } from "../../src/plan/cells.ts";
import type { PlanToSearch } from "../../src/plan/plan.ts";
import { findPlan } from "../../src/plan/yaml/plan-library.ts";
import type { MachineLimits } from "../../src/preflight/machine-limits.ts";
import type { LabSession } from "../../src/session/lab-session.ts";
import type { Stand, TurnPace } from "../../src/slices/stand.ts";
import type { Turn } from "../../src/slices/turn.ts";

const PLAN = findPlan("capacity") as PlanToSearch;
const MACHINE = {
  somaxconn: 4096,
  fileDescriptors: 1_000_000,
  localPorts: { used: 0, limit: 28_000 },
} as unknown as MachineLimits;

/** One slice or whole repetition, as it was asked for. */
interface Asked {
  readonly variant: string;
  readonly value: number;
  /** null: tried whole. */
  readonly start: number | null;
}

/** Answers of a machine that is made up. */
interface Machine {
  /** Messages/s that a variant carries. */
  readonly limits: Readonly<Record<string, number>>;
  /** Returns what others took of the server's core in a slice, cores. */
  readonly foreign?: (asked: Asked, count: number) => number;
  /** Returns connections that fail in a slice. */
  readonly errors?: (asked: Asked) => number;
  readonly isUp?: (variant: string) => boolean;
  readonly isBalanced?: (variant: string, start: number) => boolean;
}

function makeTurn(isCarried: boolean, perSecond: number, foreignCores: number, errors: number): Turn {
  const intended = new LatencyHistogram();
  for (let message = 0; message < 200; message++) intended.record(isCarried ? 3000 : 300_000);
  const encoded = intended.encode();
  const work = { timeUs: 1e6, serverUs: 5e5, clientUs: 5e5, messages: 200 };
  const idle = { waitingUs: 0, stolenUs: 0, clientStolenUs: 0, faults: 0 };
  return {
    steady: { ...work, elapsedUs: 1e6, labUs: 0 },
    whole: { ...work, busyUs: 5e5 + 1e6 * foreignCores, clientBusyUs: 5e5, errors, ...idle },
    isPinned: true,
    offered: { perSecond, messages: 200 },
    histograms: [{ response: encoded, intended: encoded }],
  };
}

/** Runs the searches for the rate on such a machine. */
async function searched(machine: Machine, isSliced = true, deadlineMs = Number.POSITIVE_INFINITY) {
  const asked: Asked[] = [];
  const starts: string[][] = [];
  const released = new Set<Stand>();

  function makeStand(cell: Cell): Stand {
    const { variant, repetition: start } = cell;
    let turns = 0;
    const stand: Partial<Stand> = {
      ...{ cell, slices: [], processes: [], isSeen: true },
      isUp: Promise.resolve(machine.isUp?.(variant) ?? true),
      release: () => released.add(stand as Stand),
      sampleCalls: async () => {},
      measure: async (_times, _waiting, pace) => {
        const { ratePerSecond: value } = pace as TurnPace;
        const one = { variant, value, start };
        // The first turn of a start warms up.
        if (turns++ > 0) asked.push(one);
        const foreign = turns > 1 ? (machine.foreign?.(one, asked.length) ?? 0) : 0;
        const errors = machine.errors?.(one) ?? 0;
        return makeTurn(value <= (machine.limits[variant] ?? 0), value, foreign, errors);
      },
    };
    return stand as Stand;
  }

  function resultOf({ id, variant, repetition }: Cell): RepetitionResult {
    const balanced = machine.isBalanced?.(variant, repetition) ?? true;
    return {
      ...{ id, connections: 200, ledger: "both", client: { outcomes: { ok: 200 } } },
      reconciliation: { balanced },
    } as unknown as RepetitionResult;
  }

  const session = {
    isInterrupted: false,
    runTogether: async (cells: readonly Cell[], work: (stands: Stand[]) => Promise<void>) => {
      starts.push(cells.map(({ variant }) => variant));
      await work(cells.map(makeStand));
      return cells.map(resultOf);
    },
    runCell: async ({ id, variant, axisValue }: Cell) => {
      asked.push({ variant, value: axisValue, start: null });
      const isCarried = axisValue <= (machine.limits[variant] ?? 0);
      return {
        ...{ id, status: "ok", ledger: "both", connections: 200, servers: 1, incidents: [], doubts: [] },
        client: {
          asked: { connections: 200 },
          achieved: { messages: 2 * axisValue, warmup: 0 },
          outcomes: { ok: 200 },
          latencyUs: { intended: { p99: isCarried ? 3000 : 300_000 } },
        },
        final: { closed: { "refused-descriptor": 0, "refused-thread": 0 }, acceptErrors: {} },
        reconciliation: { balanced: true },
        evidence: { corePercent: { server: 50 }, tcp: { ListenOverflows: 0 } },
      } as unknown as RepetitionResult;
    },
  } as unknown as LabSession;

  const limits = subjectsOf(PLAN)
    .filter((subject) => subject.searched === "rate")
    .map((subject) => new LimitSearch(subject, PLAN, MACHINE));
  const progress = { tried: vi.fn(), beginSlice: vi.fn() } as unknown as SearchProgress;
  await new SearchRounds(session, PLAN, progress, isSliced).run(limits, deadlineMs, () => {});
  const searches = limits.map(({ result }) => result as Search);
  return { asked, starts, searches, released };
}

const LIMITS = { threaded: 90_000, select: 120_000, epoll: 130_000 };
const ENDS = [
  { variant: "threaded", ended: "boundary", met: 90_000, failed: 95_000 },
  { variant: "select", ended: "boundary", met: 120_000, failed: 130_000 },
  { variant: "epoll", ended: "boundary", met: 130_000, failed: 140_000 },
];

test("rates are searched with one start for all values and a further one for each repetition of the ends", async () => {
  const { asked, starts, searches } = await searched({ limits: LIMITS });
  expect(searches).toMatchObject(ENDS);
  expect(starts).toEqual([1, 2, 3].map(() => ["threaded", "select", "epoll"]));
  for (const { variant, met, failed, tries } of searches) {
    for (const { value, trials } of tries) {
      const cells = trials.map(({ cell }) => cell);
      const isEnd = value === met || value === failed;
      expect(cells).toEqual(
        Array.from({ length: isEnd ? 3 : 1 }, (_, index) => `rate-${variant}-start-${index + 1}`),
      );
    }
  }
  expect(asked.every(({ start }) => start !== null)).toBe(true);
});

test("variants take turns, one slice each, and their order changes from block to block", async () => {
  const { asked } = await searched({ limits: LIMITS });
  const blocks = Array.from({ length: 8 }, (_, block) =>
    asked.slice(3 * block, 3 * block + 3).map(({ variant }) => variant),
  );
  for (const block of blocks) expect(block.toSorted()).toEqual(["epoll", "select", "threaded"]);
  expect(new Set(blocks.map((block) => block.join())).size).toBeGreaterThan(2);
});

test("a slice that failed while others took a core is measured again in the same start, and does not count", async () => {
  const disturbed = ({ variant, value }: Asked) => variant === "epoll" && value === 40_000;
  let times = 0;
  const { searches } = await searched({
    limits: { ...LIMITS, epoll: 39_000 },
    foreign: (one) => (disturbed(one) && times++ < 1 ? 0.8 : 0),
  });
  const trials = searches[2]?.tries.find(({ value }) => value === 40_000)?.trials;
  expect(trials?.map(({ cell, counts }) => [cell, counts])).toEqual([
    ["rate-epoll-start-1", false],
    ["rate-epoll-start-1", true],
    ["rate-epoll-start-2", true],
    ["rate-epoll-start-3", true],
  ]);
  expect(searches[2]).toMatchObject({ ended: "boundary", failed: 40_000 });
});

test("a value at which connections fail is tried whole, and the next ones in slices of a new start", async () => {
  const { asked, searches, starts, released } = await searched({
    limits: LIMITS,
    errors: ({ variant, value }) => (variant === "select" && value === 160_000 ? 3 : 0),
  });
  expect(searches).toMatchObject(ENDS);
  expect(asked.filter(({ start }) => start === null)).toEqual([
    { variant: "select", value: 160_000, start: null },
  ]);
  expect([...released].map(({ cell }) => cell.id)).toEqual(["rate-select-start-1"]);
  expect(starts.map((variants) => variants.includes("select"))).toEqual([true, true, true, true]);
});

test("a server whose connections do not open is tried whole, the others in slices", async () => {
  const { asked, searches } = await searched({ limits: LIMITS, isUp: (variant) => variant !== "threaded" });
  expect(searches).toMatchObject(ENDS);
  for (const { variant, start } of asked) expect(start === null).toBe(variant === "threaded");
});

test("an engine that cannot direct the clients has every value tried whole, variants in turn", async () => {
  const { asked, starts, searches } = await searched({ limits: LIMITS }, false);
  expect(searches).toMatchObject(ENDS);
  expect(starts).toEqual([]);
  const rounds = [0, 1, 2].map((round) => asked.slice(3 * round, 3 * round + 3));
  for (const round of rounds)
    expect(round.map(({ variant }) => variant).toSorted()).toEqual(["epoll", "select", "threaded"]);
});

test("a start whose ledgers differ though no connection failed proves nothing: the search is unsettled", async () => {
  const { searches } = await searched({
    limits: LIMITS,
    isBalanced: (variant, start) => variant !== "epoll" || start !== 1,
  });
  const [threaded, , epoll] = searches;
  expect(threaded).toMatchObject({ ended: "boundary" });
  expect(epoll?.ended).toBe("unsettled");
  const first = epoll?.tries[0]?.trials[0];
  expect(first).toMatchObject({
    met: false,
    signals: [{ signal: "failures", doubt: { reason: "ledgers" } }],
  });
});

test("a search that the budget ends says so, and keeps what it has found", async () => {
  const deadlineMs = performance.now() + 60_000;
  let slices = 0;
  vi.spyOn(performance, "now").mockImplementation(() => deadlineMs + (slices < 6 ? -1 : 1));
  const foreign = (_: Asked, count: number) => {
    slices = count;
    return 0;
  };
  const { searches, asked } = await searched({ limits: LIMITS, foreign }, true, deadlineMs);
  vi.restoreAllMocks();
  expect(asked).toHaveLength(6);
  for (const { ended, met, failed } of searches) {
    expect(ended).toBe("out-of-time");
    expect(met).toBeGreaterThan(0);
    expect(failed).toBeNull();
  }
});
