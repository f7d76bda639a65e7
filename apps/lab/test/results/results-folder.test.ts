import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LabProcess, until } from "@c10k-lab/process/testing";
import type { Findings, Manifest } from "@c10k-lab/protocol";
import { describe, expect, test } from "vitest";
import { ResultsFolder, ResultsUnwritable } from "../../src/results/results-folder.ts";

const MANIFEST = { startedAt: "2026-11-26T00:00:00.000Z", plan: "plan" } as Manifest;
const PLAN = `question: Does it work?
about: A plan of a test.
repeats: 20
vary: connections
values: [10]
variants: { epoll: {} }
load: { duration: 300ms }
`;
const FINDINGS = { findings: [] } as unknown as Findings;

function makePlace(): string {
  return mkdtempSync(join(tmpdir(), "c10k-results-"));
}

describe("trial 5: no link latest", () => {
  test("a folder called latest costs the link and nothing else, and no temporary file is left", () => {
    const place = makePlace();
    mkdirSync(join(place, "latest"));
    const folder = ResultsFolder.create(place, MANIFEST);
    folder.cellFolder("epoll-10");
    expect(folder.linkError?.message).toMatch(/EISDIR|EEXIST|ENOTEMPTY/);
    folder.writeFindings(FINDINGS);
    expect(readdirSync(place).toSorted()).toEqual(["2026-11-26T00-00-00-plan", "latest"]);
  });

  test("the link leads to the newest folder where it can be made", () => {
    const place = makePlace();
    ResultsFolder.create(place, MANIFEST).cellFolder("epoll-10");
    const folder = ResultsFolder.create(place, MANIFEST);
    folder.cellFolder("epoll-10");
    expect(folder.linkError).toBeNull();
    folder.writeFindings(FINDINGS);
    // An experiment that ends before its first cell is not the latest.
    ResultsFolder.create(place, MANIFEST);
    expect(JSON.parse(readFileSync(join(place, "latest", "findings.json"), "utf8"))).toEqual(FINDINGS);
  });
});

describe("trial X7: a results folder that is removed", () => {
  test("nothing is written once the folder has gone, and it does not come back", () => {
    const folder = ResultsFolder.create(makePlace(), MANIFEST);
    rmSync(folder.path, { recursive: true });
    expect(() => folder.cellFolder("epoll-10")).toThrow(ResultsUnwritable);
    expect(() => folder.writeFindings(FINDINGS)).toThrow(ResultsUnwritable);
    expect(existsSync(folder.path)).toBe(false);
  });

  test("the lab stops with one sentence and exit code 3", async () => {
    const plan = join(makePlace(), "mine.yaml");
    writeFileSync(plan, PLAN);
    const lab = new LabProcess(["run", plan]);
    const first = join(lab.results, "latest/epoll-10-run-1/cell.json");
    await until(() => existsSync(first), "the first cell is over", 20_000);
    rmSync(realpathSync(join(lab.results, "latest")), { recursive: true, force: true });
    const { code, stderr } = await lab.outcome(20_000);
    expect(code).toBe(3);
    expect(stderr).toContain("lab: results could not be written: ENOENT");
    expect(stderr).not.toContain("    at ");
    expect(lab.children()).toEqual([]);
  });
});
