import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";

const cli = join(import.meta.dirname, "../src/index.ts");
const place = realpathSync(mkdtempSync(join(tmpdir(), "c10k-cli-")));
const program = join(place, "program.ts");

beforeAll(() => {
  mkdirSync(join(place, "folder"));
  writeFileSync(
    program,
    `import { onStopSignal, parseCommandLine, stopExitCode } from ${JSON.stringify(cli)};
     import { writeFileSync } from "node:fs";
     parseCommandLine({ name: "program", describe: "", options: {}, envPrefix: "TESTED", examples: [] }, []);
     const timer = setInterval(() => process.stdout.write("progress\\n"), 20);
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

describe("trial 16: signals that end a program", () => {
  test.each([
    ["SIGHUP", 129],
    ["SIGINT", 130],
    ["SIGQUIT", 131],
    ["SIGTERM", 143],
  ] as const)("%s stops a program, which exits with %i", async (signal, code) => {
    const child = spawn(process.execPath, [program], { cwd: place, stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.kill(signal);
    expect(await once(child, "close")).toEqual([code, null]);
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
