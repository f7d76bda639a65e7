import type { Finding, LabResults, Level } from "@c10k-lab/protocol";
import { describe, expect, test } from "vitest";
import { renderReport } from "../../src/index.ts";
import { makeResults, makeStudyCells, thrice } from "../fixtures/fixture.ts";
import {
  ablationResults,
  backlogResults,
  capacityResults,
  churnResults,
  idleResults,
  originResults,
  sizeResults,
} from "../fixtures/plans.ts";

const GROWTH: Finding = {
  plan: "study",
  group: null,
  question: "growth",
  quantity: "cost",
  axis: "connections",
  at: 4000,
  variant: "threaded",
  against: { variant: "threaded", axisValue: 10, group: null },
  effect: 2,
  low: 1.8,
  high: 2.2,
  level: 99,
  verdict: "shown",
  cause: null,
  doubts: [],
  slices: 30,
  replaced: 0,
  wouldTake: null,
};

const LEVELS: Level[] = ["threaded", "select", "epoll"].flatMap((variant, at) =>
  [10, 100, 1000, 4000].map((axisValue, step) => ({
    group: null,
    axis: "connections" as const,
    variant,
    axisValue,
    quantity: "cost" as const,
    value: 10 + at + step,
    low: 9 + at + step,
    high: 11 + at + step,
    isLowerBound: false,
    slices: 15,
  })),
);

/** Returns the study with findings as the lab writes them. */
function studyWith(findings: readonly Finding[], levels = LEVELS): LabResults {
  const results = makeResults(thrice(makeStudyCells()));
  return {
    ...results,
    findings: { schema: "c10k-lab/findings/1", findings: [...findings], levels, unmeasured: [] },
  };
}

const words = (markdown: string) => markdown.split(/\s+/).length;
const figures = (markdown: string) => markdown.match(/^!\[/gm)?.length ?? 0;
const study = studyWith([GROWTH]);

/** Findings whose intervals have an end or two that is not known. */
const UNBOUNDED: Finding[] = [
  { ...GROWTH, verdict: "not-shown", low: null, high: null, wouldTake: 10 },
  { ...GROWTH, variant: "select", verdict: "at-least", low: 1.8, high: null },
  { ...GROWTH, variant: "epoll", verdict: "at-most", low: null, high: 0.5 },
];

/** Makes every repetition that missed the objective one whose p99 is infinite. */
function neverBack(results: LabResults): LabResults {
  const searches = results.capacity?.searches.map((search) => ({
    ...search,
    first: search.first && ({ signal: "latency", p99Ms: "infinite", objectiveMs: 100 } as const),
    tries: search.tries.map((one) => ({
      ...one,
      trials: one.trials.map((trial) => (trial.met ? trial : { ...trial, p99Ms: "infinite" as const })),
    })),
  }));
  return { ...results, capacity: results.capacity && { ...results.capacity, searches: searches ?? [] } };
}

/** Makes the p99 of every repetition infinite, or of some: more than 1 % of their messages never came back. */
function neverAnswered(results: LabResults, isMeant: (at: number) => boolean): LabResults {
  const repetitions = results.repetitions.map((one, at) => {
    if (one.client === null || !isMeant(at)) return one;
    const { latencyUs } = one.client;
    const endless = { p99: "infinite", p999: "infinite" } as const;
    const response = { ...latencyUs.response, ...endless };
    const intended = { ...latencyUs.intended, ...endless };
    return { ...one, client: { ...one.client, latencyUs: { ...latencyUs, response, intended } } };
  });
  return { ...results, repetitions };
}

interface Drawn {
  readonly name: string;
  readonly x: { readonly names?: string[] };
  readonly series: { name: string; points: number[][]; ranges?: (number | null)[][] }[];
}

/** Returns the charts that a page draws. */
function chartsIn(html: string): Drawn[] {
  const json = /<script type="application\/json" id="chart-data">(.*?)<\/script>/s.exec(html)?.[1] ?? "[]";
  return JSON.parse(json) as Drawn[];
}

test("The first screen of a report has the question, the answer, one chart and the answer table", () => {
  const [question, answer, chart, , table] = renderReport([study]).markdown.split("\n\n");
  expect(question).toBe(`# ${study.manifest.question}`);
  expect(answer).toMatch(/^\*\*.*threaded.*2\.0-fold.*\*\*$/);
  expect(chart).toMatch(/^!\[.*\]\(charts\/report-standard-cost\.svg\)$/);
  expect(table).toMatch(/^\| question \| server \|/);
});

describe.each<[string, readonly LabResults[], number, number]>([
  ["one plan in slices", [study], 1500, 6],
  ["a plan of backlogs", [backlogResults()], 2500, 8],
  ["a plan of options", [ablationResults()], 2500, 8],
  ["a plan of new connections", [churnResults()], 2500, 8],
  ["the plan origin", [originResults()], 2500, 8],
  ["a search", [capacityResults()], 2500, 8],
  ["findings without an interval", [studyWith(UNBOUNDED)], 2500, 8],
  ["a search in which messages never came back", [neverBack(capacityResults())], 2500, 8],
  ["a plan in which messages never came back", [neverAnswered(study, () => true)], 2500, 8],
  ["a plan in which some never came back", [neverAnswered(study, (at) => at % 3 === 0)], 2500, 8],
  ["several experiments", [study, idleResults(), sizeResults(), capacityResults()], 4000, 20],
])("the report of %s", (_, experiments, wordsMax, figuresMax) => {
  const { markdown, html, charts, details } = renderReport(experiments);

  test("The report keeps its budget of words and figures", () => {
    expect(words(markdown)).toBeLessThanOrEqual(wordsMax);
    expect(figures(markdown)).toBeLessThanOrEqual(figuresMax);
  });

  test("The report names no cell by its id", () => {
    const ids = experiments.flatMap(({ repetitions }) => repetitions.flatMap(({ id, cell }) => [id, cell]));
    for (const id of ids) expect(markdown).not.toContain(id);
  });

  test("The report has no interval with infinity", () => {
    expect(markdown).not.toContain("∞");
    expect(details.markdown).not.toMatch(/∞ to|to ∞/);
    for (const { series } of [...chartsIn(html), ...chartsIn(details.html)])
      for (const range of series.flatMap(({ ranges = [] }) => ranges))
        expect(range.every((end) => typeof end === "number")).toBe(true);
  });

  test("Each chart of the report has three points or more that can be compared", () => {
    for (const { name, x, series } of chartsIn(html)) {
      const counts = series.filter(({ name: of }) => of !== "asked").map(({ points }) => points.length);
      const comparable = x.names === undefined ? Math.max(...counts) : counts.length;
      expect(comparable, name).toBeGreaterThanOrEqual(3);
    }
  });

  test("The report and its details refer to charts that exist", () => {
    for (const text of [markdown, details.markdown]) {
      for (const [, name] of text.matchAll(/\]\(charts\/([^)]+)\)/g))
        expect(charts.has(name ?? "")).toBe(true);
    }
  });

  test("The report has the same bytes when it is rendered twice", () => {
    const again = renderReport(experiments);
    expect([again.html === html, again.markdown === markdown]).toEqual([true, true]);
  });
});

test("The report, its details and nothing else name a question that the budget left no time for", () => {
  const unmeasured = [0, 5000].map((at) => ({ group: "idle", axis: "idle" as const, at, wouldTake: 20 }));
  const results = { ...study, findings: study.findings && { ...study.findings, unmeasured } };
  const { markdown, details } = renderReport([results]);
  const sentence =
    "Not measured for lack of time: the question “idle” (0 and 5,000 idle connections). It would take some 40 s more (--budget).";
  expect(markdown.split("\n\n")[2]).toBe(`> ${sentence}`);
  expect(details.markdown).toContain(`\n\n${sentence}\n\n`);
  expect(renderReport([study]).markdown).not.toContain("Not measured");
});

test("The first screens answer which server, how sure, on which machine, and how to repeat it", () => {
  const { markdown } = renderReport([study]);
  const [first = ""] = markdown.split("\n## ");
  const { machine } = study.manifest;
  expect(first).toMatch(
    /^- \*\*Which server for busy connections\?\*\* At 4,000 connections threaded .* 13\.0 µs \(99 % interval 12.*\), against select 14.* and epoll 15/m,
  );
  expect(first).toMatch(
    /^- \*\*How sure is it\?\*\* .*99 % interval.* 1 of 1 comparison is settled\. \[More\]\(#method\)\.$/m,
  );
  expect(first).toContain(`${machine.processors} × ${machine.cpu}`);
  expect(first).toContain(`\`\`\`sh\nnpm run lab -- run ${study.manifest.plan}\n\`\`\``);
  for (const section of ["## Method", "## Environment"]) expect(markdown).toContain(section);
});

test("Servers with the same lowest cost are named together", () => {
  expect(renderReport([idleResults()]).markdown).toContain(
    "At 10,000 idle connections threaded and epoll have the lowest CPU time per message measured, alike within 5 %: 7.00 µs, against select 40.0.",
  );
});

test("A report names no cheapest server where a group asks only what is held", () => {
  const limit: Finding = {
    ...GROWTH,
    question: "limit",
    quantity: "held",
    against: null,
    effect: 10,
    at: 10,
  };
  const cells = makeStudyCells().filter(({ connections }) => connections === 10);
  const held = {
    ...studyWith(
      [limit],
      LEVELS.filter(({ axisValue }) => axisValue === 10),
    ),
    repetitions: thrice(cells),
  };
  expect(renderReport([held]).markdown).not.toContain("Which server for");
});

test("A report names no server where nothing was compared", () => {
  expect(renderReport([studyWith([], [])]).markdown).not.toContain("Which server for");
});

test("An exact count has no interval in the details", () => {
  const held: Finding = { ...GROWTH, question: "limit", quantity: "held", against: null };
  const findings = [
    { ...held, variant: "select", effect: 994, low: 994, high: 994 },
    { ...held, variant: "epoll", effect: 995, low: 994, high: 1000 },
  ];
  const { markdown } = renderReport([studyWith(findings)]).details;
  expect(markdown).toMatch(/^In all rows: at 4,000; quantity number of connections;/m);
  expect(markdown).toMatch(/^\| select \| 994 \| – \|/m);
  expect(markdown).toMatch(/^\| epoll \| 995 \| 994 to 1,000 \|/m);
});

test("The details have no scalability model where no server has loads enough", () => {
  expect(study.repetitions.some(({ axis }) => axis === "connections")).toBe(true);
  expect(renderReport([study]).details.markdown).not.toContain("Scalability model");
});

test("A report says why nothing was measured, each reason once", () => {
  const answer = { incident: "died", process: "server", exitCode: 1, signal: null, answer: "" } as const;
  const failed = makeResults(
    thrice(makeStudyCells()).map((one) => ({
      ...one,
      status: "failed" as const,
      client: null,
      incidents: [answer],
    })),
  );
  const { markdown } = renderReport([failed]);
  expect(
    markdown.match(/^- threaded, select and epoll: The server ended .* exit code 1; see server\.log\.$/gm),
  ).toHaveLength(1);
});

test("Servers that hold alike and have no value share a row below their question", () => {
  const held = (variant: string, effect: number): Finding => ({
    ...GROWTH,
    ...{ question: "limit", quantity: "held", against: null, at: 4000, variant, effect },
    ...(effect === 4000 ? { verdict: "at-least" } : { cause: "refused-descriptor" }),
  });
  const { markdown } = renderReport([
    studyWith([held("threaded", 4000), held("select", 994), held("epoll", 4000)], []),
  ]);
  expect(markdown.match(/^\| .* \| (select|the others) \| .*$/gm)).toEqual([
    "| 10 to 4,000 connections | select | 994 of 4,000 | the fd\\_set is full at 4,000 |",
    "|  | the others | 4,000 | nothing up to 4,000 |",
  ]);
});

test("A chart of the report needs three points that can be compared", () => {
  const two = LEVELS.filter(({ axisValue }) => axisValue === 10 || axisValue === 4000);
  const of = (variants: readonly string[]) =>
    renderReport([
      studyWith(
        [GROWTH],
        two.filter(({ variant }) => variants.includes(variant)),
      ),
    ]);
  expect(figures(of(["threaded", "select"]).markdown)).toBe(0);
  const [beside] = chartsIn(of(["threaded", "select", "epoll"]).html);
  expect(beside).toMatchObject({
    name: "report-standard-cost-by-server",
    x: { names: ["threaded", "select", "epoll"] },
    series: [{ points: [[0, 13]] }, { points: [[1, 14]] }, { points: [[2, 15]] }],
  });
  expect(figures(renderReport([study]).markdown)).toBe(1);
});

test("The report of a search shows each limit as a bracket between the load held and the load missed", () => {
  const [chart] = chartsIn(renderReport([capacityResults()]).html);
  expect(chart).toMatchObject({
    name: "report-capacity-limits-connections",
    x: { names: ["threaded", "select", "epoll"] },
    series: [
      { points: [[0, 4000]], hollow: [[0, 4500]], ranges: [[0, 4000, 4500]] },
      { points: [[1, 900]], hollow: [[1, 1000]] },
      { points: [[2, 20_000]], hollow: [], ranges: [] },
    ],
  });
});

test("Fewer than three limits are no chart", () => {
  const results = capacityResults();
  const searches = results.capacity?.searches.slice(0, 2) ?? [];
  const capacity = results.capacity && { ...results.capacity, searches };
  const names = chartsIn(renderReport([{ ...results, capacity }]).html).map(({ name }) => name);
  expect(names).not.toContain("report-capacity-limits-connections");
});

test("A doubt is a footnote of its section", () => {
  const doubtful: Finding = { ...GROWTH, doubts: [{ reason: "stolen", percent: 5 }] };
  const { markdown } = renderReport([studyWith([doubtful])]);
  expect(markdown).toMatch(
    /^\*† In most repetitions the hypervisor gave processor time to other guests\.\*$/m,
  );
});
