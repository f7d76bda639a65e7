import { expect, test } from "vitest";
import { cellsOf } from "../../src/plan/cells.ts";
import { fillIn } from "../../src/plan/foreign/foreign-server.ts";
import { readImageOption, readServerOption, readTargetOption } from "../../src/plan/foreign/read-foreign.ts";
import { splitWords } from "../../src/plan/foreign/split-words.ts";
import { changePlan, type PlanChanges } from "../../src/plan/plan-changes.ts";
import { parsePlan } from "../../src/plan/yaml/plan-file.ts";
import { findPlan } from "../../src/plan/yaml/plan-library.ts";

const parse = (mine: string) =>
  parsePlan(
    "mine",
    `question: Q\nabout: A\nvary: connections\nvalues: [10]\noptions: { backlog: 7 }\nvariants:\n  mine: ${mine}\n  epoll:\n`,
    "mine.yaml",
    "/plans",
  );
const foreignOf = (mine: string) => cellsOf(parse(mine)).find(({ variant }) => variant === "mine")?.foreign;

test("a command in a plan has words, folder, variables, sign and signal", () => {
  const text = `{ command: ["./echo", "--port", "{port}"], cwd: echo, env: { A: "1" }, ready: { line: "^up" }, stop: SIGINT }`;
  expect(foreignOf(text)).toEqual({
    kind: "command",
    command: ["./echo", "--port", "{port}"],
    cwd: "/plans/echo",
    env: { A: "1" },
    ready: { sign: "line", pattern: "^up" },
    stop: "SIGINT",
    build: null,
    limits: { processes: 4096, memoryBytes: expect.any(Number), diskBytes: null },
    isOptional: false,
  });
});

test("limits of a plan's command are read, and those of a command line come before them", () => {
  const text = `{ command: "./echo {port}", process-limit: 7, memory-limit: 1GiB, disk-limit: 64MiB }`;
  expect(foreignOf(text)).toMatchObject({
    limits: { processes: 7, memoryBytes: 2 ** 30, diskBytes: 64 * 2 ** 20 },
  });
  const changed = changePlan(parse(text), { memoryLimitBytes: 2 ** 31 });
  const [variant] = changed.groups[0]?.variants ?? [];
  expect(variant?.foreign).toMatchObject({
    limits: { processes: 7, memoryBytes: 2 ** 31, diskBytes: 64 * 2 ** 20 },
  });
});

test("a command in a plan has defaults for what is left out, and its text is split into words", () => {
  expect(foreignOf(`{ command: "./echo -p '{port}'" }`)).toMatchObject({
    command: ["./echo", "-p", "{port}"],
    cwd: "/plans",
    ready: { sign: "port" },
    stop: "SIGTERM",
  });
});

test("a target in a plan is an address, an image has arguments", () => {
  expect(foreignOf(`{ target: "[::1]:7000" }`)).toEqual({ kind: "target", host: "::1", port: 7000 });
  expect(foreignOf(`{ image: echo, env: { PORT: "{port}" } }`)).toMatchObject({
    kind: "image",
    image: "echo",
  });
  const { foreign } = readImageOption("mine=example/echo --port {port}");
  expect(foreignOf(`{ image: example/echo, command: "--port {port}" }`)).toEqual(foreign);
  expect(foreign).toMatchObject({ kind: "image", image: "example/echo", command: ["--port", "{port}"] });
});

test.each([
  [`{ command: ./echo }`, "mine.yaml:7:20: variants.mine.command: {port} is missing"],
  [`{ command: "./echo {port}", target: "h:1" }`, "give one of command and target"],
  [`{ image: echo, command: "{port}", target: "h:1" }`, "give one of image and target"],
  [`{ image: echo, command: "{port}", cwd: x }`, "cwd is of no use to an image"],
  [`{ command: "./echo {port}", process-limit: 0 }`, "process-limit: 0 is not a number of processes"],
  [`{ command: "./echo {port}", memory-limit: much }`, "memory-limit: 'much' is not a size"],
  [`{ target: "h:1", disk-limit: 1GiB }`, "disk-limit is of no use to a server that runs already"],
  [`{ target: "h:1", cwd: x }`, "cwd is of no use to a server that runs already"],
  [`{ target: "h:70000" }`, "'h:70000' is not an address such as 127.0.0.1:7000"],
  [`{ command: "./echo {port}", ready: soon }`, "'soon' is neither port nor 'line: REGEX'"],
  [`{ command: "./echo {port}", ready: { line: "(" } }`, "Invalid regular expression"],
  [`{ command: "./echo {port}", stop: SIGFOO }`, "'SIGFOO' is not one of SIGINT"],
  [`{ command: "./echo {port}", options: { backlog: 5 } }`, "a server with a command, an image or a target"],
  [`{ command: "./echo {port}", speed: 5 }`, "this key is not known here"],
])("%s is refused", (mine, sentence) => {
  expect(() => parse(mine)).toThrow(sentence);
});

test.each([
  ["./echo {port}", ["./echo", "{port}"]],
  [`  a  'b c'  "d \\"e"  f\\ g  `, ["a", "b c", 'd "e', "f g"]],
  [`sh -c 'exec ./x --port "{port}"'`, ["sh", "-c", 'exec ./x --port "{port}"']],
  [`""`, [""]],
])("the words of %s are %j", (text, words) => {
  expect(splitWords(text)).toEqual(words);
});

test("port and path of the ledger stand in words and variables", () => {
  const { foreign } = readServerOption("mine=./echo {port} --csv={stats}");
  if (foreign.kind !== "command") throw new Error("a command is needed");
  const filled = fillIn({ ...foreign, env: { PORT: "{port}" } }, { port: 9, stats: "/r/server.csv" });
  expect(filled).toMatchObject({ command: ["./echo", "9", "--csv=/r/server.csv"], env: { PORT: "9" } });
});

const change = (changes: PlanChanges) => changePlan(findPlan("quick"), changes);
const namesIn = (changes: PlanChanges) =>
  change(changes).groups.map(({ variants }) => variants.map(({ name }) => name));

test("a server of the command line is a variant of every group, and the plan's last one stays the reference", () => {
  const foreign = [readServerOption("mine=./echo {port}"), readTargetOption("theirs=h:1")];
  const all = ["mine", "theirs", "threaded", "select", "epoll"];
  expect(namesIn({ foreign })).toEqual([all, all, all]);
  const only = ["mine", "epoll"];
  expect(namesIn({ foreign, only })).toEqual([only, only, only]);
  expect(namesIn({ foreign, servers: ["select"] })[0]).toEqual(["mine", "theirs", "select"]);
  const idle = change({ foreign }).groups[1];
  expect(idle?.variants[0]?.load.active?.text).toBe("100");
});

test.each<[PlanChanges, string]>([
  [{ foreign: [readServerOption("epoll=./echo {port}")] }, "--server: the name epoll is taken"],
  [
    { foreign: [readServerOption("a=./b {port}"), readTargetOption("a=h:1")] },
    "--target: the name a is taken",
  ],
  [{ only: ["epoll", "mine"] }, "--only: the plan quick has no variant mine; it has epoll"],
])("%j is refused", (changes, sentence) => {
  expect(() => change(changes)).toThrow(sentence);
});
