import { expect, expectTypeOf, test } from "vitest";
import {
  checkOptions,
  commandWords,
  durationMs,
  environmentVariable,
  flag,
  integer,
  kebab,
  text,
  UsageError,
} from "../src/index.ts";

const program = {
  name: "program",
  options: {
    repeat: integer({ describe: "a count", excludes: ["durationMs"] }),
    durationMs: durationMs({ describe: "a time" }),
    idleTimeoutMs: durationMs({ describe: "a time", default: "5s" }),
    message: text({ describe: "a text" }),
    noBarrier: { ...flag("a flag"), excludes: ["repeat"] },
  },
} as const;

const given = (options: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, { text: value, place: `at ${name}` }]),
  );
const check = (options: Record<string, string>) => checkOptions(given(options), program);

test("an option has its unit in code and neither unit nor capitals on a command line", () => {
  expect(["idleTimeoutMs", "sizeBytes", "thresholdPercent", "noBarrier", "host"].map(kebab)).toEqual([
    "idle-timeout",
    "size",
    "threshold",
    "no-barrier",
    "host",
  ]);
  expect(environmentVariable("ECHO", "idleTimeoutMs")).toBe("ECHO_IDLE_TIMEOUT");
});

test("checked options have typed values and keep their text; an option that is not given stays away", () => {
  const settings = check({ "idle-timeout": "1.5s", message: "1.10" });
  expect(settings).toEqual({
    idleTimeoutMs: { value: 1500, text: "1.5s", place: "at idle-timeout" },
    message: { value: "1.10", text: "1.10", place: "at message" },
  });
  expectTypeOf(settings.idleTimeoutMs?.value).toEqualTypeOf<number | undefined>();
});

test("checked options become the words of a command line, in the order in which they were given", () => {
  expect(
    commandWords(check({ message: "a b", "no-barrier": "true", "idle-timeout": "64000us" }), program.options),
  ).toEqual(["--message", "a b", "--no-barrier", "--idle-timeout", "64000us"]);
  expect(commandWords(check({ "no-barrier": "false" }), program.options)).toEqual([]);
  expect(commandWords(check({ message: "--help" }), program.options)).toEqual(["--message=--help"]);
});

test.each([
  [{ repeat: "1", colour: "red" }, "at colour: program has no option 'colour'"],
  [{ idleTimeoutMs: "1s" }, "at idleTimeoutMs: program has no option 'idleTimeoutMs'"],
  [{ duration: "fast" }, "at duration: 'fast' is not a duration such as 250ms, 5s or 2m"],
  [{ message: "" }, "at message: a value is missing"],
  [{ "no-barrier": "yes" }, "at no-barrier: 'yes' is neither true nor false"],
  [{ duration: "1s", repeat: "2" }, "at repeat: duration and repeat exclude each other: give one of them"],
  [
    { repeat: "2", "no-barrier": "true" },
    "at no-barrier: repeat and no-barrier exclude each other: give one of them",
  ],
])("%j is refused at its place", (options, sentence) => {
  expect(() => check(options as Record<string, string>)).toThrow(new UsageError(sentence));
});

test("a flag that is false excludes nothing", () => {
  expect(check({ repeat: "2", "no-barrier": "false" }).noBarrier?.value).toBe(false);
});
