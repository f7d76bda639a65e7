import { expect, test } from "vitest";
import { command, integer, runCommands } from "../src/index.ts";

/** Returns what the command is given when these words are typed. */
async function given(...argv: string[]): Promise<unknown> {
  let seen: unknown;
  const describe = "A command.";
  const copy = command({
    usage: "copy <from> [to]",
    describe,
    arguments: [
      { name: "from", describe: "where it is" },
      { name: "to", describe: "where it will be", default: "here" },
    ],
    options: { times: integer({ describe: "how often", default: "1" }) },
    examples: [],
    run: async ({ times }, from, to) => {
      seen = { times, from, to };
      return 7;
    },
  });
  const stop = command({
    usage: "stop",
    describe,
    arguments: [],
    options: {},
    examples: [],
    run: async () => 0,
  });
  const join = command({
    usage: "join [parts..]",
    describe,
    arguments: [{ name: "parts", describe: "what is joined", default: "all" }],
    options: {},
    examples: [],
    run: async (_options, ...parts) => {
      seen = { parts };
      return 0;
    },
  });
  const exitCode = await runCommands({ name: "program", describe, commands: [copy, stop, join] }, argv);
  return { exitCode, ...(seen as object) };
}

test("a command gets its arguments in the order of its usage, with their defaults, and returns the exit code", async () => {
  expect(await given("copy", "a", "--times", "3", "b")).toEqual({
    exitCode: 7,
    times: 3,
    from: "a",
    to: "b",
  });
  expect(await given("copy", "a")).toEqual({ exitCode: 7, times: 1, from: "a", to: "here" });
  expect(await given("copy", "0010", "1e3")).toMatchObject({ from: "0010", to: "1e3" });
  expect(await given("stop")).toEqual({ exitCode: 0 });
});

test("a command whose last argument ends in dots gets all words, or its default", async () => {
  expect(await given("join", "a", "b", "3")).toEqual({ exitCode: 0, parts: ["a", "b", "3"] });
  expect(await given("join", "a")).toEqual({ exitCode: 0, parts: ["a"] });
  expect(await given("join")).toEqual({ exitCode: 0, parts: ["all"] });
});

test("words after -- are arguments, also those that begin with a dash", async () => {
  expect(await given("join", "--", "-a", "--parts", "b")).toEqual({
    exitCode: 0,
    parts: ["./-a", "./--parts", "b"],
  });
  expect(await given("copy", "--times", "3", "--", "-a")).toEqual({
    exitCode: 7,
    times: 3,
    from: "./-a",
    to: "here",
  });
  expect(await given("copy", "--", "a")).toMatchObject({ from: "a", to: "here" });
});
