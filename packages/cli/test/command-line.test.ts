import { afterEach, expect, expectTypeOf, test } from "vitest";
import {
  bytesRange,
  choice,
  choices,
  durationMs,
  flag,
  integer,
  parseOptions,
  percentage,
  type Range,
  text,
  UsageError,
} from "../src/index.ts";

const program = {
  name: "program",
  describe: "A program.",
  envPrefix: "TESTED",
  examples: [],
  options: {
    host: text({ describe: "a host", default: "127.0.0.1" }),
    port: integer({ describe: "a port", default: "10000", max: 65535, noun: "a port" }),
    idleTimeoutMs: durationMs({ describe: "a time", min: 1 }),
    size: bytesRange({ describe: "sizes", default: "1..64", min: 1, max: 1024 }),
    trigger: choice(["edge", "level"], { describe: "how", default: "edge" }),
    servers: choices(["a", "b", "c"], { describe: "which" }),
    reusePort: flag("share"),
    limitPercent: percentage({ describe: "a share", max: 100 }),
  },
};

function parse(...argv: string[]) {
  return parseOptions(program, argv);
}

afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("TESTED_")) delete process.env[name];
});

test("without arguments every default holds, and what has none is undefined", () => {
  expect(parse()).toEqual({
    host: "127.0.0.1",
    port: 10_000,
    idleTimeoutMs: undefined,
    size: { from: 1, to: 64 },
    trigger: "edge",
    servers: undefined,
    reusePort: false,
    limitPercent: undefined,
  });
});

test("an option with a default is never undefined, to the compiler either", () => {
  const values = parse();
  expectTypeOf(values.port).toEqualTypeOf<number>();
  expectTypeOf(values.idleTimeoutMs).toEqualTypeOf<number | undefined>();
  expectTypeOf(values.size).toEqualTypeOf<Range>();
  expectTypeOf(values.trigger).toEqualTypeOf<"edge" | "level">();
});

test("what is given is read with its unit", () => {
  const argv = [
    "--idle-timeout",
    "1.5s",
    "--size=2..1K",
    "--servers",
    "a, c",
    "--reuse-port",
    "--trigger=level",
    "--limit=2.5%",
  ];
  expect(parse(...argv)).toMatchObject({
    idleTimeoutMs: 1500,
    size: { from: 2, to: 1024 },
    servers: ["a", "c"],
    reusePort: true,
    trigger: "level",
    limitPercent: 2.5,
  });
});

test("the environment holds where the command line is silent", () => {
  process.env.TESTED_PORT = "7";
  process.env.TESTED_IDLE_TIMEOUT = "2s";
  expect(parse()).toMatchObject({ port: 7, idleTimeoutMs: 2000 });
  expect(parse("--port", "8")).toMatchObject({ port: 8, idleTimeoutMs: 2000 });
});

test.each([
  [["--port", "70000"], "--port: 70000 is not a port: 0 to 65535"],
  [["--port", "-1"], "port"],
  [["--port=-1"], "--port: -1 is not a port"],
  [["--port", "1.5"], "--port: '1.5' is not a whole number"],
  [["--port", "1e3"], "--port: '1e3' is not a whole number"],
  [["--port", ""], "--port"],
  [["--port", "99999999999999999999"], "--port"],
  [["--port"], "port"],
  [["--port", "1", "--port", "2"], "--port is given more than once"],
  [["--host="], "--host: a value is missing"],
  [["--idle-timeout", "5"], "--idle-timeout: '5' is not a duration"],
  [["--idle-timeout", "0"], "--idle-timeout: 0 is not possible: at least 1"],
  [["--size", "64..1"], "--size: the range 64..1 is reversed"],
  [["--size", "0..1"], "--size: 0 is not possible: 1 to 1024"],
  [["--size", "1..2K"], "--size: 2K is not possible"],
  [["--trigger", "both"], "--trigger: 'both' is not one of edge, level"],
  [["--servers", "a,x"], "--servers: 'x' is not one of a, b, c"],
  [["--limit", "0.1"], "--limit: '0.1' is not a percentage such as 10%"],
  [["--limit=-1%"], "--limit: '-1%' is not a percentage"],
  [["--limit", "101%"], "--limit: 101% is not possible: 0 to 100"],
  [["--no-such-thing"], "no-such-thing"],
  [["word"], "unexpected argument"],
])("%j is a mistake, said in one sentence that names it", (argv, names) => {
  expect(mistake(argv)).toContain(names);
});

test("a mistake in the environment is said like one on the command line", () => {
  process.env.TESTED_PORT = "70000";
  expect(mistake([])).toContain("70000 is not a port");
});

/** The sentence a command line is refused with. */
function mistake(argv: string[]): string {
  try {
    parse(...argv);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as UsageError;
    expect(message).not.toContain("\n");
    return message;
  }
  throw new Error(`${argv.join(" ")} was accepted`);
}
