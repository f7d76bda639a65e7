import { commandWords } from "@c10k-lab/cli";
import { describe, expect, test } from "vitest";
import { cellsOf } from "../../src/plan/cells.ts";
import { CLIENT, findContract } from "../../src/plan/contracts.ts";
import type { Load } from "../../src/plan/load.ts";
import type { Variant } from "../../src/plan/plan.ts";
import { parsePlan } from "../../src/plan/yaml/plan-file.ts";

const HEAD = "question: Q\nabout: A\n";
const plan = (yaml: string) => parsePlan("mine", HEAD + yaml);
const first = (yaml: string) => cellsOf(plan(yaml))[0];

/** Returns the options of a load as a command line. */
const wordsOf = (load: Load | undefined) => commandWords(load ?? {}, CLIENT.options).join(" ");
const serverWords = ({ server, options }: Pick<Variant, "server" | "options">) =>
  commandWords(options, findContract(server)?.options ?? {}).join(" ");

describe("a value of an axis", () => {
  test("connections is the number of connections", () => {
    const cell = first("vary: connections\nvalues: [70]\nvariants: {epoll: }\nrepeats: 1\n");
    expect(cell).toMatchObject({
      id: "epoll-70",
      axis: "connections",
      axisValue: 70,
      connections: 70,
      group: null,
    });
  });

  test("idle is the number of connections besides the active ones", () => {
    const cell = first("vary: idle\nvalues: [0, 400]\nload: {active: 100}\nvariants: {epoll: }\n");
    expect(cell).toMatchObject({ axisValue: 0, connections: 100 });
    expect(wordsOf(cell?.load)).toBe("--active 100");
  });

  test("size is an option of the client, written as in the plan", () => {
    const cell = first("vary: size\nvalues: [64KiB]\nload: {connections: 5}\nvariants: {epoll: }\n");
    expect(cell).toMatchObject({ name: "epoll-64KiB", axisValue: 65_536, connections: 5 });
    expect(cell?.load.sizeBytes?.value).toEqual({ from: 65_536, to: 65_536 });
    expect(wordsOf(cell?.load)).toBe("--size 64KiB");
  });

  test("connect-rate sets the number of connections from a time", () => {
    const cell = first("vary: connect-rate\nvalues: [500]\nload: {connections: 3s}\nvariants: {epoll: }\n");
    expect(cell).toMatchObject({ axisValue: 500, connections: 1500 });
    expect(wordsOf(cell?.load)).toBe("--connect-rate 500");
  });

  test("backlog is an option of the server", () => {
    const cell = first(
      "vary: backlog\nvalues: [5]\nload: {connections: 9}\nvariants: {select: {options: {fd-setsize: 4096}}}\n",
    );
    expect(cell && serverWords(cell)).toBe("--fd-setsize 4096 --backlog 5");
    expect(cell?.load).toEqual({});
  });
});

test("a group has an axis, values, repetitions and a way of measuring of its own, or the plan's", () => {
  const { groups, budgetMs } = plan(`
vary: connections
values: [10, 20]
measure: slices
budget: 90s
load: { message: hello }
variants: { epoll: }
groups:
  busy:
  idle: { vary: idle, values: [0, 500], load: { active: 5 }, repeats: 4 }
  limit: { measure: whole, values: [70], repeats: 1, load: { repeat: 1 } }
`);
  expect(budgetMs).toBe(90_000);
  expect(groups.map(({ axis, measure, repeats }) => [axis, measure, repeats])).toEqual([
    ["connections", "slices", 3],
    ["idle", "slices", 4],
    ["connections", "whole", 1],
  ]);
  expect(groups.map(({ variants }) => variants[0]?.steps.map(({ x }) => x))).toEqual([
    [10, 20],
    [0, 500],
    [70],
  ]);
});

test("options and loads of a variant override those of its group, and these override the plan's", () => {
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
    load: { no-barrier: true }
    variants: { threaded: { load: { no-barrier: false } } }
`);
  const [[submitted], [corrected]] = groups.map(({ variants }) => variants) as [Variant[], Variant[]];
  expect(submitted && serverWords(submitted)).toBe("--backlog 7 --idle-timeout 1m");
  expect(wordsOf(submitted?.load)).toBe("--repeat 3 --think 1ms --no-barrier");
  expect(corrected && serverWords(corrected)).toBe("--backlog 1 --idle-timeout 1m");
  expect(wordsOf(corrected?.load)).toBe("--repeat 1 --think 1ms");
  expect(corrected?.steps.map(({ x }) => x)).toEqual([15, 20]);
});

test("an option replaces an option from an outer level that it excludes", () => {
  const [group] = plan(`
vary: connections
values: [1]
load: { message: hello, repeat: 5, think: 1ms }
groups: { large: { load: { size: 1MiB, rate: 10 } } }
variants: { epoll: { load: { duration: 2s } } }
`).groups;
  expect(wordsOf(group?.variants[0]?.load)).toBe("--size 1MiB --rate 10 --duration 2s");
});

test("a variant may have values and servers of its own; a cell's name begins with its group", () => {
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

describe("YAML", () => {
  const messageOf = (scalar: string) =>
    plan(`vary: connections\nvalues: [1]\nload: {message: ${scalar}}\nvariants: {epoll: }`).groups[0]
      ?.variants[0]?.load.message?.value;

  test.each(["1.10", "0x10", "1e3", "true", "~", ".inf", "null", "1_000", "2026-01-01"])(
    "%s is read as written",
    (scalar) => expect(messageOf(scalar)).toBe(scalar),
  );

  test("quotation marks and escapes follow YAML", () => {
    expect(messageOf(`"a\\tb"`)).toBe("a\tb");
    expect(messageOf("'it''s'")).toBe("it's");
  });

  test("merge keys merge maps, keys beside them override, and a key that begins with x- may hold anchors", () => {
    const { groups } = plan(`
x-loads:
  - &short { duration: 1s, think: 1ms }
  - &quiet { hold: 2s, think: 9ms }
vary: connections
values: [1]
variants: { epoll: &own { load: { <<: *short, think: 5ms } }, select: { <<: *own } }
groups:
  one: { load: { <<: [*short, *quiet] } }
`);
    expect(groups[0]?.variants.map(({ load }) => wordsOf(load))).toEqual([
      "--hold 2s --think 5ms --duration 1s",
      "--hold 2s --think 5ms --duration 1s",
    ]);
  });

  test("lists that are nested too deeply are refused", () => {
    const deep = `${RUN}load: ${"[".repeat(9000)}${"]".repeat(9000)}`;
    expect(() => plan(deep)).toThrow(/: lists and maps are nested too deeply$/);
  });

  test("merges that multiply at each of thirty levels are read at once", () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `x-${level + 1}: &a${level + 1} {<<: [*a${level}, *a${level}]}`,
    );
    const head = "x-0: &a0 {repeat: 5}\n";
    const { groups } = plan(`${head}${levels.join("\n")}\n${RUN}load: *a30\n`);
    expect(wordsOf(groups[0]?.variants[0]?.load)).toBe("--repeat 5");
  });
});

const RUN = "vary: connections\nvalues: [10]\nvariants: {epoll: }\n";

describe("a mistake is one sentence after its place", () => {
  test.each([
    [
      "vary: colour",
      "3:7: vary: 'colour' is not one of connections, idle, backlog, size, connect-rate, rate",
    ],
    [`${RUN}colour: red`, /^mine.yaml:6:9: colour: this key is not known here; known are question, about/],
    [`${RUN}groups: {a: {x-b: 1}}`, /: groups.a.x-b: this key is not known here/],
    ["vary: connections\nvalues: [10]", "1:1: variants: name what is compared, such as 'epoll:'"],
    [
      "vary: connections\nvalues: [10]\nvariants: {fast: }",
      "5:12: variants.fast: name its server: threaded, select, poll, epoll, uring",
    ],
    [
      "vary: connections\nvalues: [10]\nvariants: {fast: {server: kqueue}}",
      "5:27: variants.fast.server: 'kqueue' is not one of threaded, select, poll, epoll, uring",
    ],
    [
      "vary: connections\nvariants: {epoll: }",
      "4:12: variants.epoll.values: give the values of the axis connections",
    ],
    ["vary: connections\nvalues: [ten]\nvariants: {epoll: }", "4:10: values: 'ten' is not a whole number"],
    [
      "vary: connections\nvalues: [9, 0]\nvariants: {epoll: }",
      /^mine.yaml:4:13: values: 0 is not a number of/,
    ],
    [
      "vary: connections\nvalues: 10\nvariants: {epoll: }",
      "4:9: values: a list is needed, such as [10, 100]",
    ],
    ["vary: connections\nvalues: []\nvariants: {epoll: }", "4:9: values: the list is empty"],
    ["vary: size\nvalues: [1XB]\nload: {connections: 1}\nvariants: {epoll: }", /values: '1XB' is not a size/],
    ["vary: size\nvalues: [1..2]\nload: {connections: 1}\nvariants: {epoll: }", /values: '1..2' is a range/],
    ["vary: size\nvalues: [1]\nvariants: {epoll: }", /: variants.epoll.load.connections: give the number/],
    [
      "vary: idle\nvalues: [1]\nload: {active: 10%}\nvariants: {epoll: }",
      /epoll.load.active: .* number of active/,
    ],
    [`${RUN}cutoff: soon`, "6:9: cutoff: 'soon' is not a duration such as 250ms, 5s or 2m"],
    [`${RUN}cutoff: 30`, "6:9: cutoff: '30' is not a duration such as 250ms, 5s or 2m"],
    [`${RUN}repeats: 0`, "6:10: repeats: 0 is not a number of repeats: 1 to 1000"],
    [`${RUN}measure: often`, "6:10: measure: 'often' is not one of slices, whole"],
    [`${RUN}budget: 5`, "6:9: budget: '5' is not a duration such as 250ms, 5s or 2m"],
    [
      `${RUN}measure: slices\nload: {duration: 1s}`,
      "7:18: load.duration: slices have no such bound: the plan's budget is their time",
    ],
    [
      `${RUN}groups: {a: {measure: slices, load: {repeat: 3}}}`,
      /: groups.a.load.repeat: slices have no such bound/,
    ],
    [`${RUN}groups: {a: {vary: idle}}`, /values: give the values of the axis idle$/],
    [`${RUN}clients: [two]`, "6:11: clients: 'two' is not a whole number"],
    [`${RUN}load: fast`, "6:7: load: keys with values are needed here"],
    [`${RUN}load: {duration: [1s]}`, "6:18: load.duration: one value is needed, not a list or a map"],
    [`${RUN}load: {duration: }`, "6:8: load.duration: a value is missing"],
    [`${RUN}load: &l {<<: *l}`, "6:10: load: an anchor is merged into itself"],
    [`${RUN}load: *quiet`, "6:7: no value above has the anchor '&quiet'"],
    [`${RUN}load: {message: !!binary aGk=}`, /6:26: a plan has no values with the tag .*:binary$/],
    [`${RUN}load: {message: "a\\0b"}`, "6:17: a plan cannot hold the character NUL"],
    [`${RUN}---\nvary: size`, "6:1: a plan is one document, and here a second one begins"],
    [`${RUN}groups: {}`, "6:9: groups: name at least one group, or leave groups out"],
    [`${RUN}groups: {" ": {}}`, /a group needs a name$/],
    [
      "vary: connections\nvalues: [1]\nvariants: {'../x': {server: epoll}}",
      /'?..\/x: a variant's name has letters/,
    ],
    ["variants: {epoll: }", "1:1: vary: name what the plan varies, or give it a search"],
    ["vary: [", /^mine.yaml:3:\d+: .*\]/],
    [`${RUN}vary: idle`, /^mine.yaml:6:1: Map keys must be unique$/],
  ])("%s", (yaml, sentence) => {
    const expected = typeof sentence === "string" ? `mine.yaml:${sentence}` : sentence;
    expect(() => plan(yaml)).toThrow(expected);
    expect(() => plan(yaml)).toThrow(/^[^\n]+$/);
  });
});

describe("a plan is checked against the contracts of the client and of the servers", () => {
  test.each([
    [
      `${RUN}groups:\n  corrected:\n    load: {duration: fast}`,
      "8:22: groups.corrected.load.duration: 'fast' is not a duration such as 250ms, 5s or 2m",
    ],
    [`${RUN}load: {durration: 1s}`, "6:19: load.durration: client has no option 'durration'"],
    [`${RUN}load: {no-barrier: yes}`, "6:20: load.no-barrier: 'yes' is neither true nor false"],
    [`${RUN}load: {message: ""}`, "6:17: load.message: a value is missing"],
    [`${RUN}load: {message: "a\\nb"}`, "6:17: load.message: a message is one line"],
    [`${RUN}load: {source: "::1"}`, "6:16: load.source: '::1' is not an IPv4 network"],
    [`${RUN}load: {active: 0%}`, "6:16: load.active: 0% of 10 connections cannot be active"],
    [`${RUN}options: {fd-setsize: 64}`, "6:23: options.fd-setsize: server-epoll has no option 'fd-setsize'"],
    [`${RUN}options: {trigger: on}`, "6:20: options.trigger: 'on' is not one of edge, level"],
    [`${RUN}options: {backlog: 0}`, "6:20: options.backlog: 0 is not a backlog: 1 to 65535"],
    ...["host: h", "port: 1", "stats: f", "summary: f", "seed: 2", "start-at: 2026-01-01T00:00Z"].map(
      (option): [string, RegExp] => [`${RUN}load: {${option}}`, /the lab sets this option for each process$/],
    ),
    [`${RUN}options: {port: 1}`, "6:17: options.port: the lab sets this option for each process"],
    [`${RUN}load: {connections: 5}`, /load.connections: the plan varies connections: its values say/],
    [
      "vary: rate\nvalues: [9]\nload: {connections: 5, rate: 3}\nvariants: {epoll: }",
      "5:30: load.rate: the plan varies rate: give its values instead",
    ],
  ])("%s", (yaml, sentence) => {
    const expected = typeof sentence === "string" ? `mine.yaml:${sentence}` : sentence;
    expect(() => plan(yaml)).toThrow(expected);
  });
});

describe("options that exclude each other are refused", () => {
  test.each([
    ["message: a, size: 5", "6:26: load.size: message and size"],
    ["repeat: 2, duration: 1s", "6:29: load.duration: repeat and duration"],
    ["rate: 2, think: 1s", "6:24: load.think: rate and think"],
    ["no-barrier: true, rate: 5", "6:32: load.rate: no-barrier and rate"],
    ["active: 5, no-barrier: true", "6:31: load.no-barrier: active and no-barrier"],
  ])("%s", (load, sentence) => {
    expect(() => plan(`${RUN}load: {${load}}`)).toThrow(
      `mine.yaml:${sentence} exclude each other: give one of them`,
    );
  });

  test("an option of the load that excludes the axis of the plan is refused", () => {
    expect(() =>
      plan("vary: size\nvalues: [9]\nload: {connections: 5, message: a}\nvariants: {epoll: }"),
    ).toThrow("mine.yaml:4:10: values: message and size exclude each other: give one of them");
  });
});

describe("a load that cannot be divided among the clients is refused", () => {
  test.each([
    [`${RUN}load: {rate: 3}\nclients: [1, 4]`, "6:14: load.rate: rate 3 cannot be divided among 4 clients"],
    [
      `${RUN}load: {active: 1}\nclients: [2]`,
      "6:16: load.active: active 1 cannot be divided among 2 clients",
    ],
    [`${RUN}load: {connect-rate: 3}\nclients: [4]`, "6:22: load.connect-rate: connect-rate 3 cannot be"],
    [`${RUN}clients: [11]`, "4:10: values: 10 connections cannot be divided among 11 clients"],
    [
      "vary: rate\nvalues: [9, 3]\nload: {connections: 9}\nclients: [4]\nvariants: {epoll: }",
      "4:13: values: rate 3 cannot be divided among 4 clients",
    ],
    [
      "vary: rate\nvalues: [9]\nload: {connections: 3}\nclients: [4]\nvariants: {epoll: }",
      "5:21: load.connections: 3 connections cannot be divided among 4 clients",
    ],
    [
      "vary: connections\nvalues: [10]\nload: {rate: 3}\nvariants: {epoll: {connections-per-server: 2}}",
      "5:14: load.rate: rate 3 cannot be divided among 5 clients",
    ],
    [`${RUN}load: {active: 11}`, "6:16: load.active: 11 of 10 connections cannot be active"],
  ])("%s", (yaml, sentence) => {
    expect(() => plan(yaml)).toThrow(`mine.yaml:${sentence}`);
  });

  test("a percentage of active connections holds for each client, so it needs no division", () => {
    expect(() => plan(`${RUN}load: {active: 10%}\nclients: [10]`)).not.toThrow();
  });
});

describe("server processes on one port", () => {
  const variant = (keys: string) => plan(`vary: connections\nvalues: [10]\nvariants: {mine: {${keys}}}`);
  test("a number, or auto", () => {
    expect(variant("server: epoll, processes: 3").groups[0]?.variants[0]?.processes).toBe(3);
    expect(variant("server: epoll, processes: auto").groups[0]?.variants[0]?.processes).toBe("auto");
  });

  test.each([
    ["server: epoll, processes: many", "processes: 'many' is not auto or a number of processes"],
    ["server: epoll, processes: 0", "processes: 0 is not auto or a number of processes: 1 to 1000"],
    [
      "server: epoll, processes: 2, connections-per-server: 5",
      "connections-per-server: processes share one port: give one of the two",
    ],
    ["command: ./echo, processes: 2", "processes: only servers of the lab share a port (--reuse-port)"],
  ])("%s", (keys, sentence) => {
    expect(() => variant(keys)).toThrow(sentence);
  });
});

describe("every cell has a folder of its own", () => {
  test.each([
    [`${RUN}groups: {C: {}, "C++": {}}`, /^mine.yaml:6:\d+: groups.C\+\+: its folders .* like those of 'C'/],
    [`${RUN}groups: {基準: {}, 比較: {}}`, /groups.比較: its folders would be called like those of '基準'/],
    [`${RUN}groups: {Short queue: {}, short-queue: {}}`, /groups.short-queue: its folders/],
    [
      `vary: connections\nvalues: [10]\ngroups:\n  a: {variants: {b-c: {server: epoll}}}\n  a b: {variants: {c: {server: epoll}}}`,
      /: values: two cells would have the folder a-b-c-10: name each value once, or rename a group or a variant$/,
    ],
    [`${RUN}groups: {${"g".repeat(300)}: {}}`, /: a name has at most 80 characters$/],
    [
      `vary: connections\nvalues: [1]\nvariants: {${"v".repeat(81)}: {server: epoll}}`,
      /: a name has at most 80 characters$/,
    ],
    [
      `vary: connections\nvalues: [${"0".repeat(250)}1]\nvariants: {epoll: }`,
      /name epoll-0+… would be too long/,
    ],
  ])("%s", (yaml, sentence) => {
    expect(() => plan(yaml)).toThrow(sentence);
  });

  test("the name of a plan has at most 80 characters", () => {
    expect(() => parsePlan("p".repeat(81), HEAD + RUN)).toThrow(/a plan's name has at most 80 characters$/);
  });
});
