import { describe, expect, test } from "vitest";
import { cellsOf } from "../../src/plan/cells.ts";
import { parsePlan } from "../../src/plan/plan-file.ts";

const HEAD = "question: Q\nabout: A\n";
const plan = (yaml: string) => parsePlan("mine", HEAD + yaml);
const first = (yaml: string) => cellsOf(plan(yaml))[0];

describe("what a step is", () => {
  test("connections: as many as the value says", () => {
    const cell = first("vary: connections\nvalues: [70]\nvariants: {epoll: }\nrepeats: 1\n");
    expect(cell).toMatchObject({ id: "epoll-70", axis: "connections", x: 70, connections: 70, group: null });
  });

  test("idle: so many beside the active ones", () => {
    const cell = first("vary: idle\nvalues: [0, 400]\nload: {active: 100}\nvariants: {epoll: }\n");
    expect(cell).toMatchObject({ x: 0, connections: 100, load: { active: "100" } });
  });

  test("size and rate: an option of the client, in the plan's own words", () => {
    const cell = first("vary: size\nvalues: [64KiB]\nload: {connections: 5}\nvariants: {epoll: }\n");
    expect(cell).toMatchObject({ name: "epoll-64KiB", x: 65_536, connections: 5, load: { size: "64KiB" } });
  });

  test("connect-rate: as many connections as are opened in a time", () => {
    const cell = first("vary: connect-rate\nvalues: [500]\nload: {connections: 3s}\nvariants: {epoll: }\n");
    expect(cell).toMatchObject({ x: 500, connections: 1500, load: { "connect-rate": "500" } });
  });

  test("backlog: an option of the server", () => {
    const cell = first(
      "vary: backlog\nvalues: [5]\nload: {connections: 9}\nvariants: {select: {options: {fd-setsize: 4096}}}\n",
    );
    expect(cell?.args).toEqual(["--fd-setsize", "4096", "--backlog", "5"]);
    expect(cell?.load).toEqual({});
  });
});

test("options and load of the plan, the group and the variant: the nearest counts", () => {
  const { groups } = plan(`
vary: connections
values: [10]
options: { backlog: 1, idle-timeout: 1m }
load: { repeat: 1, think: 1ms }
groups:
  as submitted:
    options: { backlog: 5 }
    load: { no-barrier: true, repeat: 2 }
    variants:
      mine: { server: epoll, options: { backlog: 7 }, load: { repeat: 3 } }
  corrected:
    values: [20, 15]
    load: { no-barrier: false }
    variants: { threaded: }
`);
  expect(groups).toMatchObject([
    {
      name: "as submitted",
      variants: [
        {
          args: ["--backlog", "7", "--idle-timeout", "1m"],
          load: { repeat: "3", think: "1ms", "no-barrier": true },
        },
      ],
    },
    {
      name: "corrected",
      variants: [{ args: ["--backlog", "1", "--idle-timeout", "1m"], load: { repeat: "1", think: "1ms" } }],
    },
  ]);
  expect(groups[1]?.variants[0]?.steps.map(({ x }) => x)).toEqual([15, 20]);
});

test("of options that exclude each other the nearer one replaces the other", () => {
  const { load } = plan(`
vary: connections
values: [1]
load: { message: hello, repeat: 5 }
groups: { large: { load: { size: 1MiB } } }
variants: { epoll: { load: { duration: 2s } } }
`).groups[0]?.variants[0] ?? { load: {} };
  expect(load).toEqual({ size: "1MiB", duration: "2s" });
});

test("a variant with values and servers of its own; names of groups are part of a cell's", () => {
  const cells = cellsOf(
    plan(`
vary: connections
values: [1000]
variants:
  epoll:
  select: { values: [1023, 2000], connections-per-server: 1023 }
groups: { as submitted: {} }
repeats: 1
clients: [2]
`),
  );
  const told = cells.map(({ id, servers, clients }) => `${id} ${servers} ${clients}`);
  expect(told.toSorted()).toEqual([
    "as-submitted-epoll-1000-by-2 1 2",
    "as-submitted-select-1023-by-2 1 2",
    "as-submitted-select-2000-by-4 2 4",
  ]);
});

describe("mistakes are one sentence that names the place", () => {
  test.each([
    ["vary: colour", /^vary: .*connections/],
    ["vary: connections\nvalues: [10]\nvariants: {epoll: }\ncolour: red", /colour/],
    ["vary: connections\nvalues: [10]", /^variants: say what is compared/],
    [
      "vary: connections\nvalues: [10]\nvariants: {fast: }",
      /^fast: say which server it is: threaded, select, epoll/,
    ],
    ["vary: connections\nvariants: {epoll: }", /^epoll: it has no values to vary/],
    ["vary: connections\nvalues: [ten]\nvariants: {epoll: }", /^epoll: 'ten' is no value for connections/],
    ["vary: connections\nvalues: [0]\nvariants: {epoll: }", /^epoll: '0' is no value for connections/],
    ["vary: size\nvalues: [1XB]\nload: {connections: 1}\nvariants: {epoll: }", /^epoll: '1XB' is not a size/],
    ["vary: size\nvalues: [1]\nvariants: {epoll: }", /^epoll: load.connections: say how many there are/],
    [
      "vary: idle\nvalues: [1]\nload: {active: 10%}\nvariants: {epoll: }",
      /^epoll: load.active: .* how many are active/,
    ],
    [
      "vary: connections\nvalues: [1]\nload: {duration: 5}\nvariants: {epoll: }",
      /^epoll: load.duration: '5' is not a duration/,
    ],
    [
      "vary: connections\nvalues: [1]\ncutoff: soon\nvariants: {epoll: }",
      /^cutoff: 'soon' is not a duration/,
    ],
    ["vary: connections\nvalues: [1]\nrepeats: 0\nvariants: {epoll: }", /^repeats: /],
    ["vary: connections\nvalues: [1]\nvariants: {'../x': {server: epoll}}", /x: .*name/],
    ["variants: {epoll: }", /^vary: say what the plan varies/],
    ["vary: [", /./],
  ])("%s", (yaml, sentence) => {
    expect(() => plan(yaml)).toThrow(sentence);
    expect(() => plan(yaml)).toThrow(/^[^\n]+$/);
  });
});
