import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { LabProcess } from "@c10k-lab/process/testing";
import { Manifest } from "@c10k-lab/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../../../..");
const FIXTURE = join(import.meta.dirname, "../fixtures/server-toy");
/** Folders of a workspace that nothing here needs. */
const LEFT_OUT = ["node_modules", "test"];

const PLAN = `question: Does a new server take part?
about: A plan of a test.
vary: connections
values: [4]
variants:
  epoll:
  toy: { options: { patience: 3 } }
load: { repeat: 5 }
repeats: 1
`;

const checkout = mkdtempSync(join(tmpdir(), "c10k-new-server-"));
const planFile = join(checkout, "mine.yaml");

/** Copies this checkout and adds a server: one folder, and one line in the registry. */
beforeAll(() => {
  const isNeeded = (path: string) => !LEFT_OUT.includes(basename(path));
  for (const part of ["apps", "docs", "package.json"]) {
    cpSync(join(ROOT, part), join(checkout, part), { recursive: true, filter: isNeeded });
  }
  symlinkSync(join(ROOT, "node_modules"), join(checkout, "node_modules"));
  cpSync(FIXTURE, join(checkout, "apps/server-toy"), { recursive: true });
  const registry = join(checkout, "apps/lab/src/plan/contracts.ts");
  const epoll = '  import("../../../server-epoll/src/contract.ts"),\n';
  const lines = readFileSync(registry, "utf8");
  expect(lines).toContain(epoll);
  writeFileSync(registry, lines.replace(epoll, `${epoll}${epoll.replace("epoll", "toy")}`));
  writeFileSync(planFile, PLAN);
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

async function runIn(app: string, ...args: string[]) {
  const main = join(checkout, "apps/lab/src", app);
  const lab = new LabProcess(args, { cwd: checkout, program: main });
  return { code: await lab.exited, lab };
}

describe("a further server is one folder and one line", () => {
  test("a plan may name it, and its options are checked against its contract", async () => {
    expect((await runIn("main.ts", "plans", planFile)).code).toBe(0);
    const wrong = join(checkout, "wrong.yaml");
    writeFileSync(wrong, PLAN.replace("patience: 3", "patience: 10"));
    const { code, lab } = await runIn("main.ts", "plans", wrong);
    expect(code).toBe(2);
    expect(lab.stderr).toContain(
      "wrong.yaml:7:31: variants.toy.options.patience: 10 is not possible: 1 to 9",
    );
  });

  test("the help and the reference name it", async () => {
    const { lab } = await runIn("main.ts", "run", "--help");
    expect(lab.stdout).toMatch(/threaded,select,poll,epoll,toy,uring/);
    const stale = await runIn("reference/main.ts", "write", "--check");
    expect(stale.code).toBe(1);
    expect(stale.lab.stderr).toContain("docs/reference/servers.md differs from the contracts: npm run docs");
    expect((await runIn("reference/main.ts", "write")).code).toBe(0);
    const page = readFileSync(join(checkout, "docs/reference/servers.md"), "utf8");
    expect(page).toMatch(/^\| `--patience` +\| `ECHO_PATIENCE` +\| `2` +\|/m);
    expect(page).toMatch(/^\| `toy` +\| no +\| no +\| 48 KiB +\|$/m);
  }, 60_000);

  test("it is measured beside the others, and the report shows it", async () => {
    const { code, lab } = await runIn("main.ts", "run", planFile, "--servers", "toy,epoll");
    expect(lab.stderr).toContain("toy, 4 connections");
    expect(code).toBe(0);
    const folder = join(lab.results, "latest");
    const manifest = Manifest.parse(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")));
    expect(manifest).toMatchObject({ outcome: "complete", cellsPlanned: 2 });
    const cell = JSON.parse(readFileSync(join(folder, "toy-4/cell.json"), "utf8"));
    expect(cell).toMatchObject({ server: "toy", status: "ok", listening: { options: { patience: 3 } } });
    expect(readFileSync(join(folder, "report.md"), "utf8")).toContain("epoll and toy carried everything");
  }, 120_000);

  test("the check of the machine asks for the memory that its traits declare", async () => {
    const { code, lab } = await runIn("main.ts", "doctor", planFile, "--servers", "toy", "--json");
    expect([0, 1]).toContain(code);
    const { checks } = JSON.parse(lab.stdout) as { checks: { limit: string; needed: number }[] };
    const memory = checks.find(({ limit }) => limit === "MemAvailable");
    // Server, client and lab at rest; of each connection what the traits say, and what the client needs.
    expect(memory?.needed).toBe((26 + 48 + 150) * 2 ** 20 + 4 * (48 + 3) * 1024);
  });
});
