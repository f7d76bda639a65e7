import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, describe, expect, test, vi } from "vitest";

const cli = join(import.meta.dirname, "../src/index.ts");
const place = realpathSync(mkdtempSync(join(tmpdir(), "c10k-cli-")));
const program = join(place, "program.ts");

beforeAll(() => {
  mkdirSync(join(place, "folder"));
  writeFileSync(
    program,
    `import { onStopSignal, parseCommandLine, stopExitCode } from ${JSON.stringify(cli)};
     import { writeFileSync } from "node:fs";
     parseCommandLine({ name: "program", describe: "", options: {}, envPrefix: "TESTED", examples: [] }, process.argv.slice(2));
     let writes = 0;
     const timer = setInterval(() => {
       process.stdout.write("progress\\n");
       writeFileSync("writes", String(++writes));
     }, 20);
     onStopSignal((signal) => {
       clearInterval(timer);
       writeFileSync("results", signal);
       process.exitCode = stopExitCode(signal);
     });
     process.stdout.write(process.cwd() + "\\n");`,
  );
});

describe("trial 3: npm run moves to the folder of the package", () => {
  test.each([
    ["folder of the caller", place, "folder"],
    ["own folder when npm has not moved it", join(place, "other"), ""],
  ])("a program that npm starts works in the %s", async (_, packageFolder, expected) => {
    const env = { INIT_CWD: join(place, "folder"), npm_package_json: join(packageFolder, "package.json") };
    const child = spawn(process.execPath, [program], {
      cwd: place,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(child.stdout, "data");
    child.kill("SIGKILL");
    expect(String(line).split("\n")[0]).toBe(join(place, expected));
  });
});

test("a program whose working directory has been removed says so in one sentence, and exits with 2", async () => {
  const words = ["-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1"', process.execPath, program];
  const child = spawn("sh", words, { cwd: place, stdio: ["ignore", "ignore", "pipe"] });
  const said = text(child.stderr);
  expect(await once(child, "close")).toEqual([2, null]);
  expect(await said).toBe("program: the working directory has been removed: change to another one\n");
});

test("control characters that were typed are shown and do not reach the terminal", async () => {
  const counting = join(place, "counting.ts");
  writeFileSync(
    counting,
    `import { exitWithUsage, UsageError } from ${JSON.stringify(cli)};
     exitWithUsage("program", new UsageError("there is no " + process.argv[2]));`,
  );
  const child = spawn(process.execPath, [counting, "a\nb\u001b[2J"], { stdio: ["ignore", "ignore", "pipe"] });
  const said = text(child.stderr);
  expect(await once(child, "close")).toEqual([2, null]);
  expect(await said).toBe("program: there is no a\\x0ab\\x1b[2J\n");
});

describe("trial 15: closed pipes", () => {
  test("a program whose stdout and stderr are closed goes on until it is stopped", async () => {
    const child = spawn(process.execPath, [program], { cwd: place, stdio: ["ignore", "pipe", "pipe"] });
    await once(child.stdout, "data");
    child.stdout.destroy();
    child.stderr.destroy();
    const exit = once(child, "exit");
    await pause(300); // More than ten writes.
    child.kill("SIGTERM");
    expect(await exit).toEqual([143, null]);
    expect(readFileSync(join(place, "results"), "utf8")).toBe("SIGTERM");
  });
});

describe("trial 15: a full disk behind stdout", () => {
  const run = (...args: string[]) => {
    const child = spawn("sh", ["-c", 'exec "$@" > /dev/full', "sh", process.execPath, program, ...args], {
      cwd: place,
      stdio: ["ignore", "inherit", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    return { child, ended: once(child, "close").then(([code]) => ({ code, stderr })) };
  };
  const sentence = "program: the output could not be written: ENOSPC: no space left on device, write\n";

  test("a program that ends at once, as after --help, exits with 3 and one sentence", async () => {
    expect(await run("--help").ended).toEqual({ code: 3, stderr: sentence });
  });

  test("a program goes on until it is stopped, and the exit code of the signal stays", async () => {
    rmSync(join(place, "writes"), { force: true });
    const { child, ended } = run();
    const writes = join(place, "writes");
    await vi.waitUntil(() => existsSync(writes) && Number(readFileSync(writes, "utf8")) > 5, 10_000);
    child.kill("SIGTERM");
    expect(await ended).toEqual({ code: 143, stderr: sentence });
  });
});

describe("trial 16: signals that end a program", () => {
  test.each([
    ["SIGHUP", 129],
    ["SIGINT", 130],
    ["SIGQUIT", 131],
    ["SIGTERM", 143],
    ["SIGABRT", 134],
    ["SIGUSR2", 140],
    ["SIGALRM", 142],
    ["SIGSTKFLT", 144],
    ["SIGXCPU", 152],
    ["SIGVTALRM", 154],
    ["SIGPROF", 155],
    ["SIGIO", 157],
    ["SIGPWR", 158],
  ] as const)("%s stops a program, which exits with %i", async (signal, code) => {
    const child = spawn(process.execPath, [program], { cwd: place, stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.kill(signal);
    expect(await once(child, "close")).toEqual([code, null]);
  });

  test.each(["--cpu-prof", "--prof"])("the samples of %s do not stop a program", async (profiler) => {
    const busy = join(place, "busy.ts");
    writeFileSync(
      busy,
      `import { onStopSignal } from ${JSON.stringify(cli)};
       onStopSignal((signal) => process.stdout.write(signal));
       for (const endMs = performance.now() + 300; performance.now() < endMs; );
       setTimeout(() => process.exit(7), 50);`,
    );
    const child = spawn(process.execPath, [profiler, busy], {
      cwd: place,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said = text(child.stdout);
    expect(await once(child, "close")).toEqual([7, null]);
    expect(await said).toBe("");
  });

  test("a program that no longer listens ends by a signal as if it never had", async () => {
    const released = join(place, "released.ts");
    writeFileSync(
      released,
      `import { onStopSignal } from ${JSON.stringify(cli)};
       onStopSignal(() => process.stdout.write("stopped"))();
       process.kill(process.pid, "SIGALRM");
       setInterval(() => {}, 1000);`,
    );
    const child = spawn(process.execPath, [released], { stdio: ["ignore", "pipe", "inherit"] });
    expect(await once(child, "close")).toEqual([null, "SIGALRM"]);
  });

  test("the SIGXCPU that follows each second above the limit of CPU time does not insist", async () => {
    const insisting = join(place, "insisting.ts");
    writeFileSync(
      insisting,
      `import { onStopSignal } from ${JSON.stringify(cli)};
       onStopSignal((signal, isSecond) => process.stdout.write(signal + " " + isSecond + "\\n"));
       process.stdout.write("ready\\n");
       setInterval(() => {}, 1000);`,
    );
    const child = spawn(process.execPath, [insisting], { stdio: ["ignore", "pipe", "inherit"] });
    const next = async () => String((await once(child.stdout, "data"))[0]);
    expect(await next()).toBe("ready\n");
    child.kill("SIGXCPU");
    expect(await next()).toBe("SIGXCPU false\n");
    child.kill("SIGXCPU");
    await pause(300);
    child.kill("SIGTERM");
    expect(await next()).toBe("SIGTERM true\n");
    child.kill("SIGKILL");
    expect(await once(child, "close")).toEqual([null, "SIGKILL"]);
  });

  test("SIGHUP does not stop a program under nohup", async () => {
    const words = ["-c", 'nohup "$0" "$1"', process.execPath, program];
    const child = spawn("bash", words, { cwd: place, stdio: ["ignore", "pipe", "ignore"] });
    await once(child.stdout, "data");
    child.kill("SIGHUP");
    for (let lines = 0; lines < 5; lines++) await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([143, null]);
  });
});
