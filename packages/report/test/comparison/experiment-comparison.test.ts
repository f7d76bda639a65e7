import {
  COMPARED_QUANTITIES,
  ExperimentComparison,
  type Manifest,
  type RepetitionResult,
} from "@c10k-lab/protocol";
import { describe, expect, it } from "vitest";
import { comparisonCharts } from "../../src/experiment-comparison/comparison-charts.ts";
import {
  type ComparedExperiment,
  compareExperiments,
  comparisonTable,
  type Rule,
  renderComparison,
} from "../../src/index.ts";
import { type CellWish, makeCell, makeResults, thrice } from "../fixtures/fixture.ts";

const RULE: Rule = { quantities: COMPARED_QUANTITIES, thresholdPercent: 10, countsInconclusive: false };

const EPOLL: CellWish = { server: "epoll", connections: 100, messagesPerSecond: 100_000 };

/** Each cell three times, the runs one per cent apart. */
function run(wishes: readonly CellWish[], manifest: Partial<Manifest> = {}): ComparedExperiment {
  return runOf(thrice(wishes.map(makeCell)), manifest);
}

function runOf(cells: readonly RepetitionResult[], manifest: Partial<Manifest> = {}): ComparedExperiment {
  return { folder: "results/run", ...makeResults(cells, manifest) };
}

function compare(
  before: ComparedExperiment,
  after: ComparedExperiment,
  rule: Partial<Rule> = {},
): ExperimentComparison {
  const comparison = compareExperiments(before, after, { ...RULE, ...rule });
  // What leaves the program is what the schema says, also once it was text.
  expect(ExperimentComparison.parse(JSON.parse(JSON.stringify(comparison)))).toEqual(comparison);
  return comparison;
}

function changeOf(comparison: ExperimentComparison, quantity: string, cell = 0) {
  const change = comparison.cells[cell]?.changes.find((one) => one.quantity === quantity);
  if (change === undefined) throw new Error(`there is no change of ${quantity}`);
  return change;
}

it("An experiment against itself differs in nothing, and that is no regression", () => {
  const comparison = compare(run([EPOLL]), run([EPOLL]));
  expect(comparison).toMatchObject({
    environment: [],
    regressions: [],
    notCounted: [],
    verdict: "no-regression",
    summary: { counted: 7, noDifferenceShown: 7, worse: 0, better: 0, tooWide: 0 },
  });
  // No row for the clock of an open loop, nor for connections held where all were.
  expect(comparison.cells[0]?.changes.map(({ quantity }) => quantity).join(" ")).toBe(
    "rate p50 p99 cpu memory memory-per-connection switches",
  );
});

it("A change of all cells may be the machine's; of fewer than three none is common", () => {
  const wishes = [10, 100, 1000].map((connections) => ({ ...EPOLL, connections }));
  const slower = wishes.map((wish, at) => ({
    ...wish,
    messagesPerSecond: [97_000, 96_000, 40_000][at] ?? 0,
  }));
  const [day, next] = ["2026-11-22T10:00:00.000Z", "2026-11-23T13:00:00.000Z"];
  const { drift } = compare(run(wishes, { startedAt: day }), run(slower, { startedAt: next }));
  expect(drift.apartMs).toBe(27 * 3_600_000);
  expect(drift.common).toContainEqual({ quantity: "rate", cells: 3, changePercent: expect.closeTo(-4, 6) });
  expect(compare(run(wishes.slice(0, 2)), run(slower.slice(0, 2))).drift.common).toEqual([]);
});

describe("a change for the worse", () => {
  it("A change for the worse is a regression when the whole interval is beyond the threshold", () => {
    const after = run([{ ...EPOLL, messagesPerSecond: 80_000, p99Ms: 18, cpuPerMessageUs: 9 }]);
    const comparison = compare(run([EPOLL]), after);
    expect(comparison.regressions).toEqual([
      { cell: "epoll-100", quantity: "rate" },
      { cell: "epoll-100", quantity: "p99" },
      { cell: "epoll-100", quantity: "cpu" },
    ]);
    expect(changeOf(comparison, "rate")).toMatchObject({
      changePercent: expect.closeTo(-20, 6),
      intervalPercent: { low: expect.closeTo(-21.6, 1), high: expect.closeTo(-18.4, 1) },
    });
    expect(comparison.verdict).toBe("regression");
    expect(comparison.summary).toMatchObject({ beyondThreshold: 3, worse: 0 });
  });

  it("A change for the worse is no regression when an end of the interval is within the threshold", () => {
    // −10.5 % in the median, but −8.7 % at one end of its interval.
    const comparison = compare(run([EPOLL]), run([{ ...EPOLL, messagesPerSecond: 89_500 }]));
    expect(changeOf(comparison, "rate")).toMatchObject({
      judgement: "worse",
      isBeyondThreshold: false,
      rulesOutRegression: false,
    });
    expect(comparison.verdict).toBe("no-regression");
    expect(comparison.summary).toMatchObject({ beyondThreshold: 0, worse: 1, tooWide: 1 });
    expect(
      compare(run([EPOLL]), run([{ ...EPOLL, messagesPerSecond: 89_500 }]), { thresholdPercent: 8 }).verdict,
    ).toBe("regression");
  });

  it("A change for the worse is no difference below the limit of noise, however low the threshold", () => {
    const comparison = compare(run([EPOLL]), run([{ ...EPOLL, messagesPerSecond: 96_000 }]), {
      thresholdPercent: 0,
    });
    const change = changeOf(comparison, "rate");
    expect(change.intervalPercent?.high).toBeLessThan(0);
    expect(change.judgement).toBe("no-difference-shown");
    expect(comparison.regressions).toEqual([]);
  });

  it("A change for the worse is measured against the direction of the quantity", () => {
    const comparison = compare(run([EPOLL]), run([{ ...EPOLL, messagesPerSecond: 130_000, p99Ms: 6 }]));
    expect(changeOf(comparison, "rate").judgement).toBe("better");
    expect(changeOf(comparison, "p99").judgement).toBe("better");
    expect(comparison.verdict).toBe("no-regression");
    expect(comparison.summary.better).toBe(2);
  });

  it("A change for the worse of a quantity that was not chosen is no regression", () => {
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
  function noisyRun(cells: number, repeats: number): ComparedExperiment {
    const runs = Array.from({ length: cells * repeats }, (_, index) => {
      const name = `epoll-${index % cells}`;
      const { client } = cell;
      if (client === null) throw new Error("the fixture has a client");
      const achieved = { ...client.achieved, messagesPerSecond: 80_000 + 40_000 * random() };
      return {
        ...cell,
        cell: name,
        id: `${name}-run-${Math.floor(index / cells)}`,
        client: { ...client, achieved },
      };
    });
    return runOf(runs);
  }

  it("Noise of a fifth up and down makes no regression of two hundred cells that are the same, run five times", () => {
    const comparison = compareExperiments(noisyRun(200, 5), noisyRun(200, 5), {
      ...RULE,
      quantities: ["rate"],
    });
    expect(comparison.cells).toHaveLength(200);
    expect(comparison.regressions).toEqual([]);
    // It does not hide that little is known from them either.
    expect(comparison.summary.tooWide).toBeGreaterThanOrEqual(100);
  });

  it("Noise does not hide a rate that halved", () => {
    const half = noisyRun(20, 5);
    const cells = half.repetitions.map((one) => {
      if (one.client === null) throw new Error("the fixture has a client");
      const { achieved } = one.client;
      const messagesPerSecond = achieved.messagesPerSecond / 2;
      return { ...one, client: { ...one.client, achieved: { ...achieved, messagesPerSecond } } };
    });
    const comparison = compareExperiments(
      noisyRun(20, 5),
      { ...half, repetitions: cells },
      { ...RULE, quantities: ["rate"] },
    );
    expect(comparison.regressions).toHaveLength(20);
  });
});

describe("what proves nothing", () => {
  it("Fewer than three repetitions cannot be compared, and the verdict says so", () => {
    const cells = thrice([makeCell(EPOLL)]);
    const comparison = compare(runOf(cells), runOf(cells.slice(0, 2)));
    expect(changeOf(comparison, "rate")).toMatchObject({
      judgement: "too-few-repetitions",
      intervalPercent: null,
    });
    expect(comparison).toMatchObject({
      verdict: "nothing-compared",
      summary: { counted: 0, tooFewRepetitions: 7 },
      repetitionsMin: 3,
    });
  });

  it("An inconclusive cell is shown, and counts only when asked", () => {
    const before = run([EPOLL, { ...EPOLL, connections: 200 }]);
    const after = run([
      { ...EPOLL, messagesPerSecond: 50_000, doubt: "busy-host" },
      { ...EPOLL, connections: 200 },
    ]);
    const comparison = compare(before, after);
    expect(comparison).toMatchObject({ verdict: "no-regression", regressions: [] });
    expect(comparison.notCounted).toEqual([{ cell: "epoll-100", quantity: "rate" }]);
    expect(changeOf(comparison, "rate")).toMatchObject({
      changePercent: expect.closeTo(-50, 6),
      doubts: { before: [], after: ["busy-host"] },
    });
    const { head, rows } = comparisonTable(comparison);
    expect(head.at(-1)).toBe("inconclusive");
    expect(rows[0]?.slice(-2)).toEqual(["worse", "busy-host"]);
    expect(compare(before, after, { countsInconclusive: true })).toMatchObject({
      verdict: "regression",
      regressions: comparison.notCounted,
      notCounted: [],
    });
  });

  it("Inconclusive cells alone leave nothing that could be compared", () => {
    const doubtful = run([{ ...EPOLL, doubt: "busy-host" }]);
    expect(compare(doubtful, doubtful, { quantities: ["rate"] })).toMatchObject({
      verdict: "nothing-compared",
      summary: { counted: 0, inconclusive: 1 },
    });
  });

  it("A client at its limit spoils a change of its own clock, not of the server's CPU time", () => {
    const limited: CellWish = { ...EPOLL, doubt: "client-limit" };
    const after = run([{ ...limited, messagesPerSecond: 50_000, cpuPerMessageUs: 20 }]);
    const comparison = compare(run([limited]), after);
    expect(comparison.regressions).toEqual([{ cell: "epoll-100", quantity: "cpu" }]);
    expect(comparison.notCounted).toEqual([{ cell: "epoll-100", quantity: "rate" }]);
    expect(changeOf(comparison, "rate").doubts).toEqual({
      before: ["client-limit"],
      after: ["client-limit"],
    });
  });

  it("A cell under another load is not comparable", () => {
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
      obstacle: {
        obstacle: "other-load",
        differences: [
          { of: "server", option: "backlog", before: 4096, after: 5 },
          { of: "client", option: "repeat", before: 100, after: 200 },
        ],
      },
      decline: null,
      changes: [],
    });
    expect(comparison.verdict).toBe("nothing-compared");
    expect(comparisonTable(comparison).rows[0]).toContain("not comparable");
  });

  it("The address at which the lab directs a client is no part of the load", () => {
    const directed = (control: string): CellWish => ({
      ...EPOLL,
      change: (cell) => ({
        ...cell,
        client: cell.client && { ...cell.client, asked: { ...cell.client.asked, options: { control } } },
      }),
    });
    const comparison = compare(run([directed("127.0.0.1:40001")]), run([directed("127.0.0.1:40002")]));
    expect(comparison.cells[0]?.obstacle).toBeNull();
    expect(comparison.verdict).toBe("no-regression");
  });

  it("A quantity that was 0 before, or was not measured, has no change", () => {
    const zero: CellWish = { ...EPOLL, switchesPerMessage: 0 };
    const comparison = compare(run([zero]), run([EPOLL]));
    expect(changeOf(comparison, "switches")).toMatchObject({
      judgement: "not-comparable",
      obstacle: "zero-before",
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

  it("A cell that failed after it was ok is a regression", () => {
    const comparison = compare(run([EPOLL, other]), run([{ ...EPOLL, status: "failed" }, other]));
    expect(comparison.regressions).toEqual([{ cell: "epoll-100", quantity: null }]);
    expect(comparison.cells[0]).toMatchObject({
      before: { status: "ok" },
      after: { status: "failed" },
      decline: { decline: "status" },
    });
    expect(comparison.cells[0]).toMatchObject({ obstacle: { obstacle: "status" }, changes: [] });
  });

  it("A cell whose ledgers differ after they agreed is a regression, whatever its status", () => {
    const differ = (cell: RepetitionResult): RepetitionResult => ({
      ...cell,
      reconciliation: cell.reconciliation && { ...cell.reconciliation, balanced: false },
    });
    const comparison = compare(run([EPOLL, other]), run([{ ...EPOLL, change: differ }, other]));
    expect(comparison.regressions).toEqual([{ cell: "epoll-100", quantity: null }]);
    expect(comparison.cells[0]).toMatchObject({
      before: { status: "ok" },
      after: { status: "failed" },
      decline: { decline: "status" },
    });
  });

  it("A missing cell is a regression, unless the experiments have no cell in common", () => {
    const missing = compare(run([EPOLL, other]), run([EPOLL]));
    expect(missing.regressions).toEqual([{ cell: "epoll-200", quantity: null }]);
    expect(missing.cells[1]).toMatchObject({ decline: { decline: "missing" }, after: null });
    expect(compare(run([EPOLL]), run([other]))).toMatchObject({
      verdict: "nothing-compared",
      regressions: [],
      cells: [{ decline: null }, { decline: null }],
    });
    expect(compare(runOf([]), runOf([]))).toMatchObject({ verdict: "nothing-compared", cells: [] });
  });

  it("A cell that is new, or is whole now, is no regression", () => {
    const comparison = compare(run([EPOLL]), run([EPOLL, other]));
    expect(comparison).toMatchObject({ verdict: "no-regression", regressions: [] });
    expect(comparison.summary.cellsNotComparable).toBe(1);
    expect(compare(run([{ ...EPOLL, status: "failed" }, other]), run([EPOLL, other])).regressions).toEqual(
      [],
    );
  });

  it("A cell of which some repetitions failed and none before is a regression, and its whole repetitions are compared", () => {
    const whole = [1, 2].flatMap(() => thrice([makeCell(EPOLL)]));
    const failed = makeCell({ ...EPOLL, status: "failed" });
    const comparison = compare(runOf(whole), runOf([...whole, failed]));
    expect(comparison.cells[0]).toMatchObject({ decline: { decline: "repetitions", failed: 1 } });
    expect(comparison.regressions).toEqual([{ cell: "epoll-100", quantity: null }]);
    expect(changeOf(comparison, "rate").judgement).toBe("no-difference-shown");
    expect(compare(runOf([...whole, failed]), runOf([...whole, failed])).regressions).toEqual([]);
  });

  it("A cell of which one repetition was interrupted is no regression", () => {
    const cells = thrice([makeCell(EPOLL)]);
    const after = runOf([...cells, makeCell({ ...EPOLL, status: "interrupted" })]);
    expect(compare(runOf(cells), after).regressions).toEqual([]);
  });

  it("Cells that an interrupted run did not come to, or did not end, are no regressions", () => {
    const after = run([{ ...EPOLL, status: "interrupted" }]);
    const interrupted = { ...after, manifest: { ...after.manifest, outcome: "interrupted" as const } };
    expect(compare(run([EPOLL, other]), interrupted)).toMatchObject({
      verdict: "nothing-compared",
      cells: [{ decline: null }, { decline: null }],
    });
    const failed = run([{ ...EPOLL, status: "failed" }]);
    expect(
      compare(run([EPOLL, other]), { ...failed, manifest: { ...failed.manifest, outcome: "interrupted" } })
        .regressions,
    ).toEqual([{ cell: "epoll-100", quantity: null }]);
  });

  it("A cell that is limited on both sides is compared by what the server held", () => {
    const limited: CellWish = { server: "select", connections: 2000, refused: 1010 };
    const same = compare(run([limited]), run([limited]));
    expect(same.cells[0]?.changes).toMatchObject([{ quantity: "held", before: 990, after: 990 }]);
    expect(same.verdict).toBe("no-regression");
    const fewer = compare(run([limited]), run([{ ...limited, refused: 1500 }]));
    expect(fewer.regressions).toEqual([{ cell: "select-2000", quantity: "held" }]);
    expect(compare(run([limited]), run([limited]), { quantities: ["rate"] }).cells[0]).toMatchObject({
      obstacle: { obstacle: "no-quantity" },
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
  expect(comparison.regressions).toEqual([{ cell: "epoll-100", quantity: "intended-p99" }]);
  const { markdown, html } = renderComparison(comparison);
  expect(markdown).not.toMatch(/∞ to|to \+∞/);
  expect(html).not.toMatch(/∞ to|to \+∞/);
  expect(compare(run([due("infinite")]), run([due("infinite")])).verdict).toBe("no-regression");
  expect(changeOf(compare(run([due("infinite")]), run([due(12_000)])), "intended-p99").judgement).toBe(
    "better",
  );
});

it("groups of a plan follow each other, each in the order of its table", () => {
  const inGroup = (group: string, wish: CellWish) => ({
    ...makeCell(wish),
    cell: `${group}-${wish.server}-${wish.connections}`,
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
  it("A comparison names what differs in machine, software, plan and options", () => {
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
    const none = { name: null };
    const pinned = { server: [0], client: [1] };
    expect(compare(run([EPOLL]), after).environment).toEqual([
      { property: "plan", ...none, before: "standard", after: "quick" },
      { property: "engine", ...none, before: "process", after: "docker" },
      { property: "pinning", ...none, before: [pinned], after: [null] },
      { property: "kernel", ...none, before: "6.18.0", after: "6.19.0" },
      { property: "node", ...none, before: "v26.0.0", after: "v26.1.0" },
      { property: "commit", ...none, before: "0123abc", after: "4567def" },
      { property: "sysctl", name: "net.core.somaxconn", before: "4096", after: "128" },
      { property: "option", name: "repeat", before: 100, after: 200 },
    ]);
  });
});

it("A comparison as JSON holds no finished sentence", () => {
  const after = run(
    [
      { ...EPOLL, messagesPerSecond: 50_000 },
      { server: "select", connections: 5 },
    ],
    {
      plan: "quick",
    },
  );
  const strings: string[] = [];
  JSON.stringify(compare(run([EPOLL]), after), (_, value) => {
    if (typeof value === "string") strings.push(value);
    return value;
  });
  expect(strings.filter((one) => / \w+ .*\.$/.test(one) || one.split(" ").length > 5)).toEqual([]);
});

describe("as a document", () => {
  const loads = [100, 1000, 4000];
  const wish = (connections: number, messagesPerSecond = 100_000): CellWish => ({
    ...EPOLL,
    connections,
    messagesPerSecond,
  });
  const slower = compare(
    run(loads.map((load) => wish(load))),
    run(loads.map((load) => wish(load, load === 4000 ? 50_000 : 100_000))),
  );

  it("A comparison as Markdown has verdict, differences, every row and the rule, and no markup from the data", () => {
    const after = run([{ ...EPOLL, messagesPerSecond: 50_000 }], { plan: "<script>|" });
    const { markdown } = renderComparison(compare(run([EPOLL]), after, { thresholdPercent: 2.5 }));
    expect(markdown).toContain("- plan: standard → &lt;script&gt;\\|");
    expect(markdown).toContain(
      "| epoll | 100 | messages/s | 100,000 | 50,000 | −50.0 | −51.0 to −49.0 | worse: regression |",
    );
    expect(markdown).toContain("−2.5 %");
    expect(markdown).not.toContain("\n\n\n");
  });

  it("A comparison begins with the verdict, the chart of what became worse, and a table", () => {
    const { markdown, charts } = renderComparison(slower);
    const [, verdict, chart, , table] = markdown.split("\n\n");
    expect(verdict).toMatch(/^\*\*1 regression /);
    expect(chart).toBe("![rate, after ÷ before, by connections asked for](charts/compare-rate.svg)");
    expect(table).toMatch(/^\| quantity \|/);
    for (const [, name] of markdown.matchAll(/\]\(charts\/([^)]+)\)/g))
      expect(charts.has(name ?? "")).toBe(true);
    expect(markdown.match(/^!\[/gm)?.length).toBeLessThanOrEqual(6);
    for (const { name } of slower.cells) expect(markdown).not.toContain(name);
  });

  it("A chart of a comparison has a ratio with its interval for each load, and the line at 1", () => {
    const [chart] = comparisonCharts(slower);
    const [line, epoll] = chart?.series ?? [];
    expect(line?.points).toEqual([
      [100, 1],
      [4000, 1],
    ]);
    expect(epoll?.points.map(([x, y]) => [x, Number(y.toFixed(3))])).toEqual([
      [100, 1],
      [1000, 1],
      [4000, 0.5],
    ]);
    expect(epoll?.ranges?.map(([x, low, high]) => [x, low < 0.5 && 0.5 < high])).toContainEqual([4000, true]);
  });

  it("Without a regression the chart of cost comes first, and quantities of which nothing counts have no row", () => {
    const alike = compare(run(loads.map((load) => wish(load))), run(loads.map((load) => wish(load))));
    expect(
      comparisonCharts(alike)
        .map(({ name }) => name)
        .slice(0, 3),
    ).toEqual(["compare-cpu", "compare-rate", "compare-p99"]);
    const single = runOf([makeCell(wish(100))]);
    expect(renderComparison(compare(single, single)).markdown).not.toContain("| messages/s | 0 |");
  });

  it("A comparison of fewer than three loads has no chart", () => {
    const two = run([wish(100), wish(1000)]);
    expect(comparisonCharts(compare(two, two))).toEqual([]);
  });

  it("The same comparison makes the same bytes", () => {
    const [one, other] = [renderComparison(slower), renderComparison(slower)];
    expect([one.html === other.html, one.markdown === other.markdown]).toEqual([true, true]);
  });
});
