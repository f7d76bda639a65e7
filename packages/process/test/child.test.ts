import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { allowedProcessors } from "@c10k-lab/posix";
import { Child, type ChildOptions, isAlive, signalOf } from "@c10k-lab/process";
import { pause, TestProgram, until } from "@c10k-lab/process/testing";
import { afterEach, describe, expect, test, vi } from "vitest";

const PROGRAM = fileURLToPath(new URL("./fixtures/child-program.ts", import.meta.url));
const PARENT = fileURLToPath(new URL("./fixtures/parent-program.ts", import.meta.url));
const PATIENCE_MS = 20_000;

/** The child's report on itself. */
interface Report {
  readonly pid: number;
  readonly args: string[];
  readonly processors: number[];
  readonly env: Record<string, string>;
}

afterEach(() => vi.unstubAllEnvs());

/** Starts a child, reads its report and stops it. */
async function readReport(options: Partial<ChildOptions> = {}): Promise<Report> {
  const child = new Child({ program: PROGRAM, ...options });
  const line = await child.nextLine(PATIENCE_MS);
  await child.stop();
  return JSON.parse(line ?? "null");
}

describe("a child", () => {
  test.each(["SIGKILL", "SIGTERM"] as const)("ends when %s ends its parent", async (signal) => {
    const parent = new TestProgram({ program: PARENT });
    await until(() => parent.stdout.includes("\n"), "the child runs", PATIENCE_MS);
    const { pid } = JSON.parse(parent.stdout) as Report;
    expect(isAlive(pid)).toBe(true);
    parent.signal(signal);
    await until(() => !isAlive(pid), "the child has ended");
  });

  test("runs on the given processors, and its parent's affinity stays", async () => {
    const own = allowedProcessors();
    const last = own.slice(-1);
    expect((await readReport({ processors: last })).processors).toEqual(last);
    expect(allowedProcessors()).toEqual(own);
    expect((await readReport({ processors: null })).processors).toEqual(own);
  });

  test("inherits no options of servers, clients and Node, and has all other and given variables", async () => {
    vi.stubEnv("ECHO_BACKLOG", "5");
    vi.stubEnv("LOAD_THINK", "20ms");
    vi.stubEnv("NODE_OPTIONS", "--stack-trace-limit=3");
    vi.stubEnv("DOCKER_HOST", "unix:///some/where");
    const { env } = await readReport({ env: { ECHO_PORT: "0" } });
    expect(Object.keys(env).filter((name) => /^(ECHO|LOAD)_|^NODE_OPTIONS$/.test(name))).toEqual([
      "ECHO_PORT",
    ]);
    expect(env).toMatchObject({ ECHO_PORT: "0", DOCKER_HOST: "unix:///some/where" });
  });

  test("gets --exit-with-parent in a session of its own only", async () => {
    expect((await readReport({ args: ["--one"] })).args).toEqual(["--one", "--exit-with-parent"]);
    expect((await readReport({ args: ["--one"], ownSession: false })).args).toEqual(["--one"]);
  });

  test("ends with a signal, and its last line of stderr is kept", async () => {
    const child = new Child({ program: PROGRAM });
    await child.nextLine(PATIENCE_MS);
    await until(() => child.lastErrorLine === "last line", "stderr is read");
    expect(await child.stop()).toEqual({ code: null, signal: "SIGTERM" });
    expect(await child.nextLine(PATIENCE_MS)).toBeNull();
  });

  test("appends stderr to its log", async () => {
    const log = join(mkdtempSync(join(tmpdir(), "c10k-child-")), "child.log");
    await readReport({ log });
    await readReport({ log });
    expect(readFileSync(log, "utf8")).toBe("first line\nlast line\n".repeat(2));
  });

  test("is killed when it does not end in time", async () => {
    const child = new Child({ program: PROGRAM });
    await child.nextLine(PATIENCE_MS);
    expect(await child.endWithin(50)).toEqual({ code: null, signal: "SIGKILL" });
  });

  test("is not killed at once when its bound exceeds 2^31 ms", async () => {
    const child = new Child({ program: PROGRAM });
    await child.nextLine(PATIENCE_MS);
    const ended = child.endWithin(2 ** 31);
    await pause(50);
    child.signal("SIGTERM");
    expect(await ended).toEqual({ code: null, signal: "SIGTERM" });
  });

  test("throws an error that names its program when it cannot be started", () => {
    expect(() => new Child({ program: "/no/such/program" })).toThrow("cannot start /no/such/program");
  });
});

test.each([
  [{ code: 139, signal: null }, "SIGSEGV"],
  [{ code: 137, signal: null }, "SIGKILL"],
  [{ code: null, signal: "SIGTERM" }, "SIGTERM"],
  [{ code: 1, signal: null }, null],
  [{ code: 128, signal: null }, null],
] as const)("the exit %j of a process, a shell or an init tells of the signal %s", (exit, signal) => {
  expect(signalOf(exit)).toBe(signal);
});
