import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { LabProcess } from "@c10k-lab/process/testing";
import { Manifest, RepetitionResult } from "@c10k-lab/protocol";
import { describe, expect, test } from "vitest";
import { refusal } from "./refusal.ts";

const HEAD = "question: Does it work?\nabout: A plan of a test.\nrepeats: 1\n";

const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));

function writePlan(yaml: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "c10k-plan-")), "mine.yaml");
  writeFileSync(file, HEAD + yaml);
  return file;
}

/** Runs a plan of the user's own. */
async function run(yaml: string) {
  const lab = new LabProcess(["run", writePlan(yaml)]);
  const exitCode = await lab.exited;
  const folder = join(lab.results, "latest");
  const cell = (id: string) => RepetitionResult.parse(readJson(folder, id, "cell.json"));
  return { lab, exitCode, folder, cell };
}

test("two servers share a cell: each has clients of its own, and the ledgers agree", async () => {
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

test("three server processes share a port: the kernel divides the connections, and the sums of the ledgers agree", async () => {
  const { exitCode, cell, folder } = await run(`
vary: connections
values: [60]
clients: [2]
load: { repeat: 3, active: 50%, source: 127.0.0.1/28 }
variants: { epoll: { processes: 3 } }
`);
  expect(exitCode).toBe(0);
  const result = cell("epoll-60-by-2");
  expect(result).toMatchObject({ status: "ok", servers: 3, clients: 2, reconciliation: { balanced: true } });
  expect(result.final?.accepted).toBe(63); // the lab tries the port once for each process
  expect(result.client?.achieved).toMatchObject({ held: 60, messages: 90 });
  const ports = result.commands.servers.map((command) => /--port (\d+) --reuse-port/.exec(command)?.[1]);
  expect(ports).toEqual(["0", String(result.listening?.port), String(result.listening?.port)]);
  const rows = await Promise.all(
    [1, 2, 3].map(async (n) => (await readCsv(join(folder, "epoll-60-by-2", `server-${n}.csv`))).rows),
  );
  expect(rows.flat()).toHaveLength(63);
  expect(rows.every(({ length }) => length > 0)).toBe(true);
  expect(result.commands.clients.every((command) => command.includes("--gate 127.0.0.1:"))).toBe(true);
  const { held } = result.evidence;
  expect(held).toMatchObject({ connections: 60, server: { processes: 3 }, clients: { processes: 2 } });
  for (const side of [held?.server, held?.clients]) expect(side?.atRestKiB).toBeGreaterThan(10_000);
  expect(result.evidence.resultBytes).toBeGreaterThan(1000);
});

test("a cell that hangs is cut off and kept, and the experiment does not fail", async () => {
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
  expect(result.incidents[0]).toEqual({ incident: "cut-off", afterMs: 6000, connectionsLeft: 3 });
  expect(result.doubts).toContainEqual({ reason: "status", status: "cut-off" });
  expect((await readCsv(join(folder, "epoll-3", "client.csv"))).rows.map((row) => row.outcome)).toEqual([
    "interrupted",
    "interrupted",
    "interrupted",
  ]);
});

test("the options and loads of a group reach server and client", async () => {
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

describe("a mistake in a plan ends the lab before the first cell with its place in one sentence, without results", () => {
  test.each([
    [
      "vary: connections\nvalues: [5]\nvariants: { epoll: { options: { trigger: sideways } } }",
      "mine.yaml:6:42: variants.epoll.options.trigger: 'sideways' is not one of edge, level",
    ],
    [
      "vary: connections\nvalues: [5]\nvariants: { epoll: }\nload:\n  rate: 3\nclients: [1, 4]",
      "mine.yaml:8:9: load.rate: rate 3 cannot be divided among 4 clients",
    ],
  ])("%j", async (yaml, sentence) => {
    for (const command of ["run", "plans", "doctor"]) {
      const file = writePlan(yaml);
      expect(await refusal([command, file])).toBe(file.replace("mine.yaml", sentence));
    }
  });
});

test("a message is sent as it is written in the plan", async () => {
  const { exitCode, cell } = await run(`
vary: connections
values: [1]
variants: { epoll: }
load: { message: 1.10, repeat: 2 }
`);
  expect(exitCode).toBe(0);
  expect(cell("epoll-1").client?.achieved.bytesSent).toBe(2 * "1.10\n".length);
});
