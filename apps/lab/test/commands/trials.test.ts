import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processesWith } from "@c10k-lab/process";
import { LabProcess, mainOf, runApp, SmallDisk, TestProgram } from "@c10k-lab/process/testing";
import { Manifest } from "@c10k-lab/protocol";
import { expect, test } from "vitest";

const PLAN = `question: Does it survive?
about: A plan of a test.
vary: connections
values: [300]
measure: whole
`;

function writePlan(rest: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "c10k-plan-")), "mine.yaml");
  writeFileSync(file, PLAN + rest);
  return file;
}

test("trial X4: a fractional axis value is refused with one sentence, before anything is measured", async () => {
  const lab = new LabProcess(["run", "aa", "--values", "1.5"]);
  expect(await lab.exited).toBe(2);
  expect(lab.stderr).toBe("lab: --values: '1.5' is not a whole number: 1 to 1000000\n");
  expect(readdirSync(lab.results)).toEqual([]);
});

test("trial 12: groups whose folders would be the same are refused, and their names are said", async () => {
  const plan = writePlan('variants: { epoll: }\ngroups: { C: {}, "C++": {} }\n');
  const { code, stderr } = await runApp("lab", ["run", plan]);
  expect(code).toBe(2);
  expect(stderr).toContain("groups.C++: its folders would be called like those of 'C'");
});

test("trial X14: a message and a results folder that look like options are neither taken for one", async () => {
  const plan = writePlan("repeats: 1\nvariants: { epoll: }\nload: { message: --help, repeat: 1 }\n");
  const cwd = mkdtempSync(join(tmpdir(), "c10k-lab-"));
  const args = ["run", plan, "--values", "5", "--results=-x"];
  const { code, stderr } = await new TestProgram({ program: mainOf("lab"), args, cwd }).outcome();
  expect(code, stderr).toBe(0);
  const cell = JSON.parse(readFileSync(join(cwd, "-x/latest/epoll-5/cell.json"), "utf8"));
  expect(cell.client).toMatchObject({
    achieved: { completed: 5 },
    asked: { options: { message: "--help" } },
  });
});

/** Only root may mount a small file system. */
const testAsRoot = SmallDisk.isPossible ? test : test.skip;

testAsRoot(
  "trial X3, B3: a full disk in the middle of an experiment ends it with exit 3 and one sentence, and what was written can be read",
  async () => {
    const plan = writePlan("repeats: 5\nvariants: { epoll: , select: }\nload: { repeat: 1 }\n");
    await using disk = await SmallDisk.start({ sizeKiB: 220 });
    const [program = "", ...words] = disk.command;
    const args = [...words, process.execPath, mainOf("lab"), "run", plan, "--results", disk.folder];
    const { code, stderr } = await new TestProgram({ program, args }).outcome();
    expect(code, stderr).toBe(3);
    expect(stderr).toContain("lab: results could not be written: ENOSPC: no space left on device");
    expect(stderr).not.toMatch(/^ +at /m);
    const run = join(disk.pathFromHere, "latest");
    Manifest.parse(JSON.parse(readFileSync(join(run, "manifest.json"), "utf8")));
    expect(readdirSync(run, { recursive: true }).filter((name) => `${name}`.endsWith(".tmp"))).toEqual([]);
    expect(processesWith(disk.folder)).toEqual([]);
  },
  120_000,
);
