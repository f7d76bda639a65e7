import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { allowedProcessors } from "@c10k-lab/posix";
import { LabProcess, until } from "@c10k-lab/process/testing";
import { Manifest, RepetitionResult } from "@c10k-lab/protocol";
import { describe, expect, test } from "vitest";
import { refusal } from "./refusal.ts";

/** A plan whose cells are measured whole, one after another. */
const BUSY = join(import.meta.dirname, "../fixtures/busy.yaml");
/** Writes a line for each module that is loaded to the file LOADS. */
const LOG_LOADS = new URL("../../../../packages/conformance/src/programs/log-loads.ts", import.meta.url);
const SMALL = ["run", BUSY, "--max-connections", "10", "--duration", "1s", "--repeats", "1"];

const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));

test("a run leaves results of every cell on processors of its own, a summary, and a report, and exits 0", async () => {
  const lab = new LabProcess(SMALL);
  expect(await lab.exited).toBe(0);
  const folder = join(lab.results, readlinkSync(join(lab.results, "latest")));
  expect(lab.stdout).toContain(`${folder}/report.html`);
  expect(Manifest.parse(json(folder, "manifest.json"))).toMatchObject({
    plan: "busy",
    outcome: "complete",
    cellsPlanned: 3,
  });
  const [first, second] = allowedProcessors();
  const divided = second === undefined ? null : { server: [first], client: [second] };
  for (const id of ["threaded-10", "select-10", "epoll-10"]) {
    const cell = RepetitionResult.parse(json(folder, id, "cell.json"));
    expect(cell).toMatchObject({ status: "ok", reconciliation: { balanced: true, differences: [] } });
    expect(cell.client?.achieved.messages).toBeGreaterThan(100);
    // The lab's own connection, which tried whether the server echoes, is a row too.
    expect((await readCsv(join(folder, id, "server.csv"))).rows).toHaveLength(11);
    expect((await readCsv(join(folder, id, "client.csv"))).rows).toHaveLength(10);
    expect(lab.stdout).toContain(id.split("-")[0]);
    expect(cell.processors).toEqual(divided);
    expect(cell.evidence.server.length).toBeGreaterThan(0);
  }
  expect((await readCsv(join(folder, "summary.csv"))).rows).toHaveLength(3);
  const markdown = readFileSync(join(folder, "report.md"), "utf8");
  for (const [, chart] of markdown.matchAll(/\]\((charts\/[^)]+)\)/g))
    expect(existsSync(join(folder, chart))).toBe(true);
  expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("<html");
  expect(lab.children()).toEqual([]);
});

describe("interrupted", () => {
  test("SIGINT: children stop, the cells measured are kept and reported as partial, exit 130", async () => {
    const lab = new LabProcess(["run", BUSY, "--duration", "1s", "--repeats", "1"]);
    const isInThirdCell = () => /\[ 2\/12\]/.test(lab.stderr) && lab.children().length > 0;
    await until(isInThirdCell, "the third cell runs", 30_000);
    lab.signal("SIGINT");
    expect(await lab.exited).toBe(130);
    expect(lab.children()).toEqual([]);
    const folder = join(lab.results, "latest");
    expect(Manifest.parse(json(folder, "manifest.json")).outcome).toBe("interrupted");
    expect(Object.keys(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")).options)).toContain(
      "seed",
    );
    expect(
      readdirSync(folder).filter((name) => existsSync(join(folder, name, "cell.json"))).length,
    ).toBeGreaterThan(1);
    expect(readFileSync(join(folder, "report.md"), "utf8")).toMatch(/partial/i);
  });

  test("SIGKILL: no server or client outlives the lab, and the results can still be reported", async () => {
    const lab = new LabProcess(["run", BUSY, "--duration", "1s", "--repeats", "1"]);
    const isInSecondCell = () => /\[ 1\/12\]/.test(lab.stderr) && lab.children().length === 2;
    await until(isInSecondCell, "the second cell runs", 30_000);
    lab.signal("SIGKILL");
    await lab.exited;
    await until(() => lab.children().length === 0, "the children have ended");
    const report = new LabProcess(["report", join(lab.results, "latest")]);
    expect(await report.exited).toBe(0);
    expect(readFileSync(join(lab.results, "latest", "report.md"), "utf8")).toMatch(/partial/i);
  });
});

test("a results folder that cannot be written to: one sentence, exit 3, nothing started", async () => {
  const lab = new LabProcess(SMALL, { results: "/proc/none" });
  expect(await lab.exited).toBe(3);
  expect(lab.stderr).toMatch(/^lab: cannot write to --results \/proc\/none: .*\n$/);
  expect(lab.children()).toEqual([]);
});

test("a mistake in the command line: one sentence, exit 2, no results, and nothing that only containers need is loaded", async () => {
  const loads = join(mkdtempSync(join(tmpdir(), "c10k-loads-")), "loads");
  const env = { LOADS: loads, NODE_OPTIONS: `--import=${LOG_LOADS.href}` };
  const lab = new LabProcess(["run", "quick", "--fast"], { env });
  expect(await lab.exited).toBe(2);
  const modules = readFileSync(loads, "utf8");
  expect(modules).toContain("/commands/measure.ts");
  expect(modules).not.toContain("/node_modules/dockerode/");
  expect(lab.stderr).toBe("lab: unknown option --fast (see --help)\n");
  expect(readdirSync(lab.results)).toEqual([]);
});

test.each([
  [["run", "nosuch"], "there is no plan 'nosuch'"],
  [
    ["run", "--servers", "epoll,pool"],
    "--servers: 'pool' is not one of threaded, select, poll, epoll, uring",
  ],
  [["run", BUSY, "--max-connections", "3"], "the smallest cell of busy has 10"],
  [["run", "quick", "--duration", "5"], "'5' is not a duration"],
  [["run", "aa", "--servers", "select"], "--servers: the plan aa has none of them"],
  [["run", BUSY, "--load", "hold"], "'hold' is not an option with a value, like hold=10s"],
  [["run", BUSY, "--load", "hold=soon"], "--load: hold: 'soon' is not a duration"],
  [["run", "quick", "--engine", "podman"], "'podman' is not one of process, docker"],
  [["run", "quick", "--memory", "1KiB"], "1KiB is not enough memory for a container"],
  [["capacity", "quick"], "quick has no search: npm run lab -- run quick"],
  [["run", "capacity"], "capacity is a search: npm run lab -- capacity capacity"],
])("the lab refuses %j in one sentence", async (args, words) => {
  expect(await refusal(args)).toContain(words);
});
