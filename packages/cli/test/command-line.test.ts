import { afterEach, expect, expectTypeOf, test } from "vitest";
import {
  bytesRange,
  choice,
  choices,
  durationMs,
  flag,
  integer,
  parseOptions,
  parsePlainOptions,
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
    idleTimeoutMs: durationMs({ describe: "a time", min: 1, excludes: ["limitPercent", "reusePort"] }),
    size: bytesRange({ describe: "sizes", default: "1..64", min: 1, max: 1024 }),
    trigger: choice(["edge", "level"], { describe: "how", default: "edge" }),
    servers: choices(["a", "b", "c"], { describe: "which" }),
    reusePort: flag("share"),
    limitPercent: percentage({ describe: "a share", max: 100 }),
    rows: text({ describe: "a file", isFileToWrite: true }),
    summary: text({ describe: "a file", isFileToWrite: true }),
  },
};

function parse(...argv: string[]) {
  return parseOptions(program, argv);
}

afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("TESTED_")) delete process.env[name];
});

test("without arguments every option has its default, or is undefined", async () => {
  expect(await parse()).toEqual({
    host: "127.0.0.1",
    port: 10_000,
    idleTimeoutMs: undefined,
    size: { from: 1, to: 64 },
    trigger: "edge",
    servers: undefined,
    reusePort: false,
    limitPercent: undefined,
    rows: undefined,
    summary: undefined,
  });
});

test("the type of an option with a default is never undefined", async () => {
  const values = await parse();
  expectTypeOf(values.port).toEqualTypeOf<number>();
  expectTypeOf(values.idleTimeoutMs).toEqualTypeOf<number | undefined>();
  expectTypeOf(values.size).toEqualTypeOf<Range>();
  expectTypeOf(values.trigger).toEqualTypeOf<"edge" | "level">();
});

test("plain words are read like yargs reads them", async () => {
  const plain = ["--idle-timeout", "1.5s", "--size=2..1K", "--trigger=level", "--host=a=b"];
  // A flag with a value is left to yargs.
  const other = [...plain, "--reuse-port=false"];
  expect(parsePlainOptions(program, other)).toBeNull();
  expect(parsePlainOptions(program, plain)).toEqual(await parse(...other));
});

test.each([[["--help"]], [["--host", "-x"]], [["--port", "1", "--port", "2"]], [["--nothing"]], [["word"]]])(
  "%j is left to yargs",
  (argv) => {
    expect(parsePlainOptions(program, argv)).toBeNull();
  },
);

test("a value is read with its unit", async () => {
  const argv = ["--idle-timeout", "1.5s", "--size=2..1K", "--servers", "a, c", "--trigger=level"];
  expect(await parse(...argv)).toMatchObject({
    idleTimeoutMs: 1500,
    size: { from: 2, to: 1024 },
    servers: ["a", "c"],
    reusePort: false,
    trigger: "level",
  });
  expect(await parse("--reuse-port", "--limit=2.5%")).toMatchObject({ reusePort: true, limitPercent: 2.5 });
});

test("an option that is not on the command line is read from the environment", async () => {
  process.env.TESTED_PORT = "7";
  process.env.TESTED_IDLE_TIMEOUT = "2s";
  expect(await parse()).toMatchObject({ port: 7, idleTimeoutMs: 2000 });
  expect(await parse("--port", "8")).toMatchObject({ port: 8, idleTimeoutMs: 2000 });
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
  [["--port", "0.5"], "--port: '0.5' is not a whole number: 0 to 65535"],
  [["--servers", "a,x"], "--servers: 'x' is not one of a, b, c"],
  [["--limit", "0.1"], "--limit: '0.1' is not a percentage such as 10%"],
  [["--limit=-1%"], "--limit: '-1%' is not a percentage"],
  [["--limit", "101%"], "--limit: 101% is not possible: 0 to 100"],
  [["--idle-timeout=999999999999h"], "999999999999h is not possible: 1 to 9007199254740991"],
  [["--no-such-thing"], "no-such-thing"],
  [["--limit=1%", "--idle-timeout=1s"], "--idle-timeout and --limit exclude each other: give one of them"],
  [["--reuse-port", "--idle-timeout=1s"], "--idle-timeout and --reuse-port exclude each other"],
  [["--rows=a/../x.csv", "--summary=./x.csv"], "--rows and --summary name the same file: ./x.csv"],
  [["--rows=a/../d/x.csv", "--summary=./d"], "--rows and --summary: "],
  [["--rows=d", "--summary=d/e/x.json"], "/d cannot be both a file and a folder"],
  [["word"], "unexpected argument"],
])("%j is a mistake: one sentence names it", async (argv, names) => {
  expect(await mistake(argv)).toContain(names);
});

test("a mistake in the environment is reported like one on the command line", async () => {
  process.env.TESTED_PORT = "70000";
  expect(await mistake([])).toContain("70000 is not a port");
});

test("trial 6: options that exclude each other are called by the variables that gave them", async () => {
  process.env.TESTED_LIMIT = "1%";
  expect(await mistake(["--idle-timeout=1s"])).toBe(
    "--idle-timeout and TESTED_LIMIT exclude each other: give one of them",
  );
  process.env.TESTED_IDLE_TIMEOUT = "2s";
  expect(await mistake([])).toBe("TESTED_IDLE_TIMEOUT and TESTED_LIMIT exclude each other: give one of them");
});

test("trial 9: messages are English whatever the locale", async () => {
  process.env.LC_ALL = "de_DE.UTF-8";
  try {
    expect(await mistake(["--bogus"])).toContain("unknown option --bogus");
  } finally {
    delete process.env.LC_ALL;
  }
});

test.each(["1", "yes", "on", "true", "TRUE"])(
  "trial 8: the flag --reuse-port=%s is on, also as a variable",
  async (word) => {
    expect((await parse(`--reuse-port=${word}`)).reusePort).toBe(true);
    process.env.TESTED_REUSE_PORT = word;
    expect((await parse()).reusePort).toBe(true);
  },
);

test.each(["0", "no", "off", "false"])(
  "trial 8: the flag --reuse-port=%s is off, also as a variable",
  async (word) => {
    expect((await parse(`--reuse-port=${word}`)).reusePort).toBe(false);
    process.env.TESTED_REUSE_PORT = word;
    expect((await parse()).reusePort).toBe(false);
    expect((await parse("--reuse-port")).reusePort).toBe(true);
  },
);

test("trial 8: any other value of a flag is a mistake", async () => {
  expect(await mistake(["--reuse-port=maybe"])).toContain("--reuse-port: 'maybe' is neither on nor off");
  process.env.TESTED_REUSE_PORT = "2";
  expect(await mistake([])).toContain("TESTED_REUSE_PORT: '2' is neither on nor off");
});

test("trial 6: variables with the prefix that are no options are ignored", async () => {
  process.env.TESTED_SERVICE_HOST = "10.96.0.7";
  process.env.TESTED_PORT_80_TCP = "tcp://10.96.0.7:80";
  process.env.TESTED_HELP = "1";
  expect((await parse()).port).toBe(10_000);
});

test("trial 6: a mistake in a variable names the variable, on the command line the option", async () => {
  process.env.TESTED_PORT = "tcp://10.96.0.7:10000";
  expect(await mistake([])).toContain("TESTED_PORT: 'tcp://10.96.0.7:10000' is not a whole number");
  expect(await mistake(["--port", "x"])).toContain("--port: 'x' is not a whole number");
});

/** Returns the sentence with which a command line is refused. */
async function mistake(argv: string[]): Promise<string> {
  try {
    await parse(...argv);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as UsageError;
    expect(message).not.toContain("\n");
    return message;
  }
  throw new Error(`${argv.join(" ")} was accepted`);
}
