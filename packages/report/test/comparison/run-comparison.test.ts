import { type CellResult, COMPARED_QUANTITIES, type Manifest, RunComparison } from "@c10k-lab/protocol";
import { describe, expect, it } from "vitest";
import {
  type ComparedRun,
  compareRuns,
  comparisonMarkdown,
  comparisonTable,
  type Rule,
} from "../../src/index.ts";
import { type CellWish, makeCell, makeResults, thrice } from "../fixtures/fixture.ts";

const RULE: Rule = { quantities: COMPARED_QUANTITIES, thresholdPercent: 10, countsInconclusive: false };

const EPOLL: CellWish = { server: "epoll", connections: 100, messagesPerSecond: 100_000 };

/** Each cell three times, the runs one per cent apart. */
function run(wishes: readonly CellWish[], manifest: Partial<Manifest> = {}): ComparedRun {
  return runOf(thrice(wishes.map(makeCell)), manifest);
}

function runOf(cells: readonly CellResult[], manifest: Partial<Manifest> = {}): ComparedRun {
  return { folder: "results/run", ...makeResults(cells, manifest) };
}

function compare(before: ComparedRun, after: ComparedRun, rule: Partial<Rule> = {}): RunComparison {
  const comparison = compareRuns(before, after, { ...RULE, ...rule });
  // What leaves the program is what the schema says, also once it was text.
  expect(RunComparison.parse(JSON.parse(JSON.stringify(comparison)))).toEqual(comparison);
  return comparison;
}

function changeOf(comparison: RunComparison, quantity: string, cell = 0) {
  const change = comparison.cells[cell]?.changes.find((one) => one.quantity === quantity);
  if (change === undefined) throw new Error(`there is no change of ${quantity}`);
  return change;
}

it("a run against itself differs in nothing, and that is no regression", () => {
  const comparison = compare(run([EPOLL]), run([EPOLL]));
  expect(comparison).toMatchObject({
    environment: [],
    regressions: [],
    notCounted: [],
    verdict: "no-regression",
    summary: "No regression at a threshold of 10 %. 7 comparisons count: 7 without a difference shown.",
  });
  // No row for the clock of an open loop, nor for connections held where all were.
  expect(comparison.cells[0]?.changes.map(({ quantity }) => quantity).join(" ")).toBe(
    "rate p50 p99 cpu memory memory-per-connection switches",
  );
});

describe("a change for the worse", () => {
  it("is a regression when the whole interval is beyond the threshold", () => {
    const after = run([{ ...EPOLL, messagesPerSecond: 80_000, p99Ms: 18, cpuPerMessageUs: 9 }]);
    const comparison = compare(run([EPOLL]), after);
    expect(comparison.regressions).toEqual([
      "epoll-100: rate changed by −20.0 % (99 % interval −21.6 to −18.4 %; 100,000 → 80,000 messages/s).",
      "epoll-100: p99 response time changed by +50.0 % (99 % interval +47.0 to +53.0 %; 12.0 → 18.0 ms).",
      "epoll-100: CPU time per message changed by +28.6 % (99 % interval +28.6 to +28.6 %; 7.00 → 9.00 µs of CPU per message).",
    ]);
    expect(comparison.verdict).toBe("regression");
    expect(comparison.summary).toContain("3 regressions at a threshold of 10 %.");
  });

  it("is none when an end of the interval is within the threshold", () => {
    // −10.5 % in the median, but −8.7 % at one end of its interval.
    const comparison = compare(run([EPOLL]), run([{ ...EPOLL, messagesPerSecond: 89_500 }]));
    expect(changeOf(comparison, "rate")).toMatchObject({
      judgement: "worse",
      isBeyondThreshold: false,
      rulesOutRegression: false,
    });
    expect(comparison.verdict).toBe("no-regression");
    expect(comparison.summary).toContain("1 worse, but not surely by so much");
    expect(comparison.summary).toContain("In 1 of them the interval is too wide to rule a regression out.");
    expect(
      compare(run([EPOLL]), run([{ ...EPOLL, messagesPerSecond: 89_500 }]), { thresholdPercent: 8 }).verdict,
    ).toBe("regression");
  });

  it("is no difference below the limit of noise, however low the threshold", () => {
    const comparison = compare(run([EPOLL]), run([{ ...EPOLL, messagesPerSecond: 96_000 }]), {
      thresholdPercent: 0,
    });
    const change = changeOf(comparison, "rate");
    expect(change.intervalPercent?.high).toBeLessThan(0);
    expect(change.judgement).toBe("no-difference-shown");
    expect(comparison.regressions).toEqual([]);
  });

  it("is measured against the direction of the quantity", () => {
    const comparison = compare(run([EPOLL]), run([{ ...EPOLL, messagesPerSecond: 130_000, p99Ms: 6 }]));
    expect(changeOf(comparison, "rate").judgement).toBe("better");
    expect(changeOf(comparison, "p99").judgement).toBe("better");
    expect(comparison.verdict).toBe("no-regression");
    expect(comparison.summary).toContain("2 better");
  });

  it("of which nobody asked has no say", () => {
    const after = run([{ ...EPOLL, messagesPerSecond: 50_000 }]);
    expect(compare(run([EPOLL]), after, { quantities: ["cpu", "memory", "cpu"] })).toMatchObject({
      verdict: "no-regression",
      cells: [{ changes: [{ quantity: "cpu" }, { quantity: "memory" }] }],
    });
  });
});

describe("noise", () => {
  const cell = makeCell(EPOLL);
  let state = 3;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };

  /** Cells of one kind, their rates anything from 80,000 to 120,000. */
  function noisyRun(cells: number, repeats: number): ComparedRun {
    const runs = Array.from({ length: cells * repeats }, (_, index) => {
      const name = `epoll-${index % cells}`;
      const { client } = cell;
      if (client === null) throw new Error("the fixture has a client");
      const achieved = { ...client.achieved, messagesPerSecond: 80_000 + 40_000 * random() };
      return {
        ...cell,
        name,
        id: `${name}-run-${Math.floor(index / cells)}`,
        client: { ...client, achieved },
      };
    });
    return runOf(runs);
  }

  it("of a fifth up and down makes no regression of two hundred cells that are the same, run five times", () => {
    const comparison = compareRuns(noisyRun(200, 5), noisyRun(200, 5), { ...RULE, quantities: ["rate"] });
    expect(comparison.cells).toHaveLength(200);
    expect(comparison.regressions).toEqual([]);
    // It does not hide that little is known from them either.
    expect(comparison.summary).toMatch(
      /In 1\d\d of them the interval is too wide to rule a regression out\./,
    );
  });

  it("does not hide a rate that halved", () => {
    const half = noisyRun(20, 5);
    const cells = half.cells.map((one) => {
      if (one.client === null) throw new Error("the fixture has a client");
      const { achieved } = one.client;
      const messagesPerSecond = achieved.messagesPerSecond / 2;
      return { ...one, client: { ...one.client, achieved: { ...achieved, messagesPerSecond } } };
    });
    const comparison = compareRuns(noisyRun(20, 5), { ...half, cells }, { ...RULE, quantities: ["rate"] });
    expect(comparison.regressions).toHaveLength(20);
  });
});

describe("what proves nothing", () => {
  it("fewer than three runs: nothing could be compared, and that is said", () => {
    const cells = thrice([makeCell(EPOLL)]);
    const comparison = compare(runOf(cells), runOf(cells.slice(0, 2)));
    expect(changeOf(comparison, "rate")).toMatchObject({ judgement: "too-few-runs", intervalPercent: null });
    expect(comparison).toMatchObject({
      verdict: "nothing-compared",
      summary: "Nothing could be compared: fewer than 3 runs that ended well (epoll-100).",
    });
  });

  it("an inconclusive cell: shown, and counted only when asked", () => {
    const before = run([EPOLL, { ...EPOLL, connections: 200 }]);
    const after = run([
      { ...EPOLL, messagesPerSecond: 50_000, doubt: "busy-host" },
      { ...EPOLL, connections: 200 },
    ]);
    const comparison = compare(before, after);
    expect(comparison).toMatchObject({ verdict: "no-regression", regressions: [] });
    expect(comparison.notCounted).toEqual([
      "epoll-100: rate changed by −50.0 % (99 % interval −51.0 to −49.0 %; 100,000 → 50,000 messages/s). Inconclusive: busy-host (after).",
    ]);
    const { head, rows } = comparisonTable(comparison);
    expect(head.at(-1)).toBe("inconclusive");
    expect(rows[0]?.slice(-2)).toEqual(["worse", "busy-host"]);
    expect(compare(before, after, { countsInconclusive: true })).toMatchObject({
      verdict: "regression",
      regressions: comparison.notCounted,
      notCounted: [],
    });
  });

  it("inconclusive cells alone: nothing could be compared", () => {
    const doubtful = run([{ ...EPOLL, doubt: "busy-host" }]);
    expect(compare(doubtful, doubtful, { quantities: ["rate"] })).toMatchObject({
      verdict: "nothing-compared",
      summary:
        "Nothing could be compared: inconclusive, and not counted unless asked: busy-host (before and after) (epoll-100).",
    });
  });

  it("a client at its limit, of its own clock; of the server's CPU time it does", () => {
    const limited: CellWish = { ...EPOLL, doubt: "client-limit" };
    const after = run([{ ...limited, messagesPerSecond: 50_000, cpuPerMessageUs: 20 }]);
    const comparison = compare(run([limited]), after);
    expect(comparison.regressions.map((sentence) => sentence.split(" changed")[0])).toEqual([
      "epoll-100: CPU time per message",
    ]);
    expect(comparison.notCounted[0]).toContain("Inconclusive: client-limit (before and after).");
  });

  it("another load", () => {
    const longer: CellWish = {
      ...EPOLL,
      messagesPerSecond: 10_000,
      change: (cell) => ({
        ...cell,
        listening: cell.listening && {
          ...cell.listening,
          options: { backlog: 5, port: 0, reusePort: false },
        },
        client: cell.client && {
          ...cell.client,
          asked: { ...cell.client.asked, options: { repeat: 200, port: 40_000, noBarrier: false } },
        },
      }),
    };
    const comparison = compare(run([EPOLL]), run([longer]));
    expect(comparison.cells[0]).toMatchObject({
      why: "the load was another: backlog of the server 4096 before, 5 after; repeat of the client 100 before, 200 after",
      decline: null,
      changes: [],
    });
    expect(comparison.verdict).toBe("nothing-compared");
    expect(comparisonTable(comparison).rows[0]).toContain("not comparable");
  });

  it("a quantity that was 0 before, or was not measured", () => {
    const zero: CellWish = { ...EPOLL, switchesPerMessage: 0 };
    const comparison = compare(run([zero]), run([EPOLL]));
    expect(changeOf(comparison, "switches")).toMatchObject({
      judgement: "not-comparable",
      why: "0 before, and no change is so many per cent of that",
      changePercent: null,
      counts: false,
    });
    expect(changeOf(compare(run([zero]), run([zero])), "switches")).toMatchObject({
      judgement: "no-difference-shown",
      changePercent: 0,
    });
  });
});

describe("a cell", () => {
  const other: CellWish = { ...EPOLL, connections: 200 };

  it("that failed after it was ok is a regression", () => {
    const comparison = compare(run([EPOLL, other]), run([{ ...EPOLL, status: "failed" }, other]));
    expect(comparison.regressions).toEqual(["epoll-100 ended as ok before and as failed after."]);
    expect(comparison.cells[0]).toMatchObject({ why: "ok before, failed after", changes: [] });
  });

  it("whose books differ after they agreed is one, whatever it says", () => {
    const differ = (cell: CellResult): CellResult => ({
      ...cell,
      reconciliation: cell.reconciliation && { ...cell.reconciliation, balanced: false },
    });
    const comparison = compare(run([EPOLL, other]), run([{ ...EPOLL, change: differ }, other]));
    expect(comparison.regressions).toEqual(["epoll-100 ended as ok before and as failed after."]);
  });

  it("that is missing is one, unless the runs have nothing in common", () => {
    expect(compare(run([EPOLL, other]), run([EPOLL])).regressions).toEqual([
      "epoll-200 ended as ok before and is missing after.",
    ]);
    expect(compare(run([EPOLL]), run([other]))).toMatchObject({
      verdict: "nothing-compared",
      regressions: [],
      summary: "Nothing could be compared: the runs have no cell in common.",
      cells: [{ decline: null }, { decline: null }],
    });
    expect(compare(run([EPOLL]), runOf([])).summary).toContain("no cell in common");
    expect(compare(runOf([]), runOf([])).summary).toContain("no cell was measured");
  });

  it("that is new, or is whole now, is none", () => {
    const comparison = compare(run([EPOLL]), run([EPOLL, other]));
    expect(comparison).toMatchObject({ verdict: "no-regression", regressions: [] });
    expect(comparison.summary).toContain("1 cell is not comparable.");
    expect(compare(run([{ ...EPOLL, status: "failed" }, other]), run([EPOLL, other])).regressions).toEqual(
      [],
    );
  });

  it("of which some runs failed and none before is one, and its whole runs are compared", () => {
    const whole = [1, 2].flatMap(() => thrice([makeCell(EPOLL)]));
    const failed = makeCell({ ...EPOLL, status: "failed" });
    const comparison = compare(runOf(whole), runOf([...whole, failed]));
    expect(comparison.regressions).toEqual(["epoll-100: 1 of 7 runs failed after, none before."]);
    expect(changeOf(comparison, "rate").judgement).toBe("no-difference-shown");
    expect(compare(runOf([...whole, failed]), runOf([...whole, failed])).regressions).toEqual([]);
  });

  it("that was interrupted, one run of several, is none", () => {
    const cells = thrice([makeCell(EPOLL)]);
    const after = runOf([...cells, makeCell({ ...EPOLL, status: "interrupted" })]);
    expect(compare(runOf(cells), after).regressions).toEqual([]);
  });

  it("that is limited on both sides is compared by what the server held", () => {
    const limited: CellWish = { server: "select", connections: 2000, refused: 1010 };
    const same = compare(run([limited]), run([limited]));
    expect(same.cells[0]?.changes).toMatchObject([{ quantity: "held", before: 990, after: 990 }]);
    expect(same.verdict).toBe("no-regression");
    expect(compare(run([limited]), run([{ ...limited, refused: 1500 }])).regressions).toEqual([
      "select-2000: count of connections held changed by −49.5 % (99 % interval −49.5 to −49.5 %; 990 → 500 connections).",
    ]);
    expect(compare(run([limited]), run([limited]), { quantities: ["rate"] }).cells[0]).toMatchObject({
      why: "it has none of the quantities chosen",
      changes: [],
    });
  });
});

it("of an open loop, messages that never left in time are infinite, and a regression", () => {
  const due = (p99: number | "infinite"): CellWish => ({
    ...EPOLL,
    change: (cell) => ({
      ...cell,
      client: cell.client && {
        ...cell.client,
        latencyUs: { ...cell.client.latencyUs, intended: { ...cell.client.latencyUs.response, p99 } },
      },
    }),
  });
  const comparison = compare(run([due(12_000)]), run([due("infinite")]));
  expect(changeOf(comparison, "intended-p99")).toMatchObject({
    before: 12,
    after: "infinite",
    changePercent: "infinite",
  });
  expect(comparison.regressions).toEqual([
    "epoll-100: p99 intended response time changed by +∞ % (99 % interval +∞ to +∞ %; 12.0 → ∞ ms).",
  ]);
  expect(compare(run([due("infinite")]), run([due("infinite")])).verdict).toBe("no-regression");
  expect(changeOf(compare(run([due("infinite")]), run([due(12_000)])), "intended-p99").judgement).toBe(
    "better",
  );
});

it("groups of a plan follow each other, each in the order of its table", () => {
  const inGroup = (group: string, wish: CellWish) => ({
    ...makeCell(wish),
    name: `${group}-${wish.server}-${wish.connections}`,
    group,
  });
  const cells = thrice([
    inGroup("submitted", EPOLL),
    inGroup("corrected", { server: "threaded", connections: 10 }),
    inGroup("submitted", { server: "threaded", connections: 1000 }),
    inGroup("submitted", { server: "threaded", connections: 200 }),
  ]);
  expect(compare(runOf(cells), runOf(cells)).cells.map(({ name }) => name)).toEqual([
    "submitted-threaded-200",
    "submitted-threaded-1000",
    "submitted-epoll-100",
    "corrected-threaded-10",
  ]);
});

describe("what was not the same", () => {
  it("is named: machine, software, plan, options", () => {
    const { manifest } = run([EPOLL]);
    const after = run([{ ...EPOLL, change: (cell) => ({ ...cell, processors: null }) }], {
      plan: "quick",
      engine: "docker",
      options: { ...manifest.options, repeat: 200 },
      software: { version: "0.1.0", commit: "4567def", node: "v26.1.0" },
      machine: {
        ...manifest.machine,
        kernel: "6.19.0",
        sysctls: { ...manifest.machine.sysctls, "net.core.somaxconn": "128" },
      },
    });
    expect(compare(run([EPOLL]), after).environment).toEqual([
      { what: "plan", before: "standard", after: "quick" },
      { what: "engine", before: "process", after: "docker" },
      { what: "processors of server and client", before: "0 and 1", after: "shared" },
      { what: "kernel", before: "6.18.0", after: "6.19.0" },
      { what: "Node.js", before: "v26.0.0", after: "v26.1.0" },
      { what: "commit", before: "0123abc", after: "4567def" },
      { what: "net.core.somaxconn", before: "4096", after: "128" },
      { what: "option repeat", before: "100", after: "200" },
    ]);
  });
});

describe("as Markdown", () => {
  it("has the verdict, the differences, every row and the rule; what comes from outside stays text", () => {
    const after = run([{ ...EPOLL, messagesPerSecond: 50_000 }], { plan: "<script>|" });
    const markdown = comparisonMarkdown(compare(run([EPOLL]), after, { thresholdPercent: 2.5 }));
    expect(markdown).toContain("**1 regression at a threshold of 2.5 %.");
    expect(markdown).toContain("- plan: standard → &lt;script&gt;\\|");
    expect(markdown).toContain(
      "| epoll-100 | messages/s | 100,000 | 50,000 | −50.0 | −51.0 to −49.0 | worse: regression |",
    );
    expect(markdown).toContain("below −2.5 % for a rate");
    expect(markdown).not.toContain("\n\n\n");
  });
});
