import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { LabProcess } from "@c10k-lab/process/testing";
import { CellResult, Manifest } from "@c10k-lab/protocol";
import { expect, test } from "vitest";

const HEAD = "question: Does it work?\nabout: A plan of a test.\nrepeats: 1\n";

const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));

/** Runs a plan of the user's own. */
async function run(yaml: string) {
  const file = join(mkdtempSync(join(tmpdir(), "c10k-plan-")), "mine.yaml");
  writeFileSync(file, HEAD + yaml);
  const lab = new LabProcess(["run", file]);
  const exitCode = await lab.exited;
  const folder = join(lab.results, "latest");
  const cell = (id: string) => CellResult.parse(readJson(folder, id, "cell.json"));
  return { lab, exitCode, folder, cell };
}

test("two servers share a cell: each its own clients, one set of books", async () => {
  const { exitCode, cell, folder } = await run(`
vary: connections
values: [30]
variants: { epoll: { connections-per-server: 15 } }
load: { repeat: 3 }
`);
  expect(exitCode).toBe(0);
  const result = cell("epoll-30");
  expect(result).toMatchObject({ status: "ok", servers: 2, clients: 2, reconciliation: { balanced: true } });
  expect(result.final?.accepted).toBe(32); // the lab tries each of them once
  expect(result.final?.peak).toBe(30);
  expect(result.client?.achieved.messages).toBe(90);
  expect(result.commands.servers).toHaveLength(2);
  for (const name of ["server-1.csv", "server-2.csv"])
    expect((await readCsv(join(folder, "epoll-30", name))).rows).toHaveLength(16);
});

test("a cell that hangs is cut off, kept as that, and no failure of the run", async () => {
  const { exitCode, cell, folder } = await run(`
vary: connections
values: [3]
variants: { epoll: }
load: { repeat: 1000, think: 1s }
cutoff: 6s
`);
  expect(exitCode).toBe(0);
  const result = cell("epoll-3");
  expect(result.status).toBe("cut-off");
  expect(result.notes[0]).toBe("Cut off after 6 s: 3 connections were still at work.");
  expect(result.verdict.valid).toBe(false);
  expect((await readCsv(join(folder, "epoll-3", "client.csv"))).rows.map((row) => row.outcome)).toEqual([
    "interrupted",
    "interrupted",
    "interrupted",
  ]);
});

test("groups: their options and loads reach server and client", async () => {
  const { exitCode, cell, folder } = await run(`
vary: connections
values: [5]
variants: { select: }
load: { repeat: 1 }
groups:
  short queue: { options: { backlog: 5 }, load: { no-barrier: true } }
  long queue: { options: { backlog: 4096 } }
`);
  expect(exitCode).toBe(0);
  const [short, long] = [cell("short-queue-select-5"), cell("long-queue-select-5")];
  expect(short.group).toBe("short queue");
  expect(short.commands.servers[0]).toContain("--backlog 5 ");
  expect(short.commands.clients[0]).toContain("--no-barrier");
  expect(long.commands.clients[0]).not.toContain("--no-barrier");
  expect(Manifest.parse(readJson(folder, "manifest.json"))).toMatchObject({ plan: "mine", cellsPlanned: 2 });
});

test("an option no server has: the server's own sentence, exit 2, no further cell", async () => {
  const { lab, exitCode, folder } = await run(`
vary: connections
values: [5, 6, 7]
variants: { epoll: { options: { trigger: sideways } } }
load: { repeat: 1 }
`);
  expect(exitCode).toBe(2);
  expect(lab.stderr).toContain("lab: mine: server-epoll: --trigger: 'sideways' is not one of edge, level");
  expect(readdirSync(folder).filter((name) => name.startsWith("epoll-"))).toHaveLength(1);
  expect(lab.stdout).toBe("");
});
