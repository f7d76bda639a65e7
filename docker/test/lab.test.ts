import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { SIZED_BOUND_MS, SIZES, until } from "@c10k-lab/process/testing";
import { describe, expect, test } from "vitest";
import { describeContainers, STATE_BOUND_MS } from "./harness/engine.ts";
import { LabProcess } from "./harness/lab-process.ts";
import { PrivateEngine } from "./harness/private-engine.ts";

/** A plan whose cells are measured whole, one after another. */
const BUSY = join(import.meta.dirname, "../../apps/lab/test/fixtures/busy.yaml");
const SMALL = [BUSY, "--max-connections", "10", "--duration", "1s"];
/** Longer than any test: what runs it is ended by its test. */
const LONG = [BUSY, "--max-connections", "10", "--duration", "1h", "--servers", "epoll"];
const { kills: KILLS } = SIZES.K5;
/** A server is running and its client too. */
const UNDER_LOAD = 2;

describeContainers("lab run --engine docker", () => {
  test("each server against a client, both in containers: the ledgers agree, evidence is there, no container is left", async () => {
    using lab = new LabProcess(SMALL);
    expect(await lab.exited, lab.output).toBe(0);
    expect(lab.manifest).toMatchObject({ engine: "docker", outcome: "complete", trouble: null });
    expect(Object.keys(lab.manifest.images ?? {}).sort()).toEqual([
      "client",
      "server-epoll",
      "server-select",
      "server-threaded",
    ]);
    expect(lab.cells).toHaveLength(3);
    for (const cell of lab.cells) {
      expect(cell).toMatchObject({ status: "ok", reconciliation: { balanced: true } });
      expect(cell.client?.achieved.messages).toBeGreaterThan(100);
      expect(cell.evidence.containers.server.length).toBeGreaterThan(0);
      expect(cell.evidence.containers.server[0]?.memoryKiB).toBeGreaterThan(0);
      expect(cell.evidence.server.length).toBeGreaterThan(0);
      expect(cell.commands.servers[0]).toMatch(/^docker run .*--network host .*c10k-lab\/server-/);
    }
    expect(lab.file("details.md")).toContain("### Containers");
    expect(await lab.containers()).toEqual([]);
  });

  test("K9, K11: the kernel's settings in a container are those of the results, and a quota on a server is a doubt", async () => {
    using lab = new LabProcess([BUSY, "--max-connections", "10", "--duration", "8s", "--servers", "epoll"]);
    await until(async () => isUnderLoad(lab), "server and client are running", STATE_BOUND_MS);
    const [server = ""] = (await lab.containers()).filter((name) => name.includes("-server"));
    docker("update", "--cpus", "0.1", server.slice(1));
    const inside = readInside(server.slice(1), Object.keys(lab.manifest.machine.sysctls));
    expect(await lab.exited, lab.output).toBe(0);
    // A container may have a limit of process numbers of its own; the lower one holds, because each has a number here, too.
    const { "kernel.pid_max": numbers, ...settings } = lab.manifest.machine.sysctls;
    expect(inside).toMatchObject(settings);
    expect(Number(inside["kernel.pid_max"])).toBeGreaterThanOrEqual(Number(numbers));
    const [cell] = lab.cells;
    expect(cell?.doubts).toContainEqual({ reason: "throttled", throttledMs: expect.any(Number) });
  });

  test("four clients begin at one gate, and their ledgers are added", async () => {
    using lab = new LabProcess([...SMALL, "--servers", "epoll", "--clients", "4"]);
    expect(await lab.exited, lab.output).toBe(0);
    const [cell] = lab.cells;
    expect(cell).toMatchObject({ cell: "epoll-10-by-4", clients: 4, reconciliation: { balanced: true } });
    expect(cell?.client).toMatchObject({
      asked: { connections: 10 },
      achieved: { established: 10, completed: 10 },
      latencyUs: { response: { count: cell?.client?.achieved.messages } },
    });
    const gates = cell?.commands.clients.flatMap((command) => /--gate (\S+)/.exec(command)?.[1] ?? []);
    expect(new Set(gates).size).toBe(4);
    const files = [1, 2, 3, 4].map((n) => join(lab.results, "latest", "epoll-10-by-4", `client-${n}.csv`));
    const rows = await Promise.all(files.map(async (file) => (await readCsv(file)).rows.length));
    expect(rows).toEqual([3, 3, 2, 2]);
  });

  test("a container out of memory is an outcome of its own, in one sentence", async () => {
    using lab = new LabProcess([...SMALL, "--servers", "epoll", "--memory", "24MiB"]);
    expect(await lab.exited).toBe(1);
    expect(lab.cells).toMatchObject([{ status: "out-of-memory" }]);
    expect(lab.cells[0]?.incidents).toEqual([{ incident: "out-of-memory", process: "server" }]);
    expect(lab.file("report.md")).toContain("ran out of memory");
    expect(await lab.containers()).toEqual([]);
  });

  test("SIGINT: rows are kept, exit 130, no container is left", async () => {
    using lab = new LabProcess(LONG);
    await until(async () => isUnderLoad(lab), "server and client are running", STATE_BOUND_MS);
    lab.signal("SIGINT");
    expect(await lab.exited, lab.output).toBe(130);
    expect(lab.manifest.outcome).toBe("interrupted");
    expect(await lab.containers()).toEqual([]);
    expect((await readCsv(join(lab.results, "latest", "epoll-10", "client.csv"))).rows).toHaveLength(10);
  });

  test(
    `K5 SIGKILL, ${KILLS} times: the next start removes what was left, and nothing of a lab that is at work`,
    async () => {
      using other = new LabProcess(LONG);
      await until(async () => isUnderLoad(other), "the other lab is running", STATE_BOUND_MS);
      for (let at = 0; at < KILLS; at++) await removeAfterKill();
      expect(await other.containers()).toHaveLength(UNDER_LOAD);
      other.signal("SIGINT");
      expect(await other.exited).toBe(130);
      expect(await other.containers()).toEqual([]);
    },
    SIZED_BOUND_MS,
  );

  test("no engine: one sentence, in the terminal and in the report", async () => {
    using lab = new LabProcess(SMALL, { engine: "unix:///nowhere/docker.sock" });
    expect(await lab.exited).toBe(1);
    expect(lab.manifest).toMatchObject({
      outcome: "no-engine",
      trouble: { trouble: "no-engine", address: "unix:///nowhere/docker.sock", error: "ENOENT" },
    });
    expect(lab.output).toContain("lab: No Docker engine answers at unix:///nowhere/docker.sock");
    expect(lab.file("report.md")).toMatch(/> \*\*No engine:\*\* 0 of 3 cells/);
  });
});

describePrivate("lab run on an engine of its own", () => {
  test("a missing image, and an engine that goes away in the middle of a cell", async () => {
    await using engine = await PrivateEngine.start();
    using without = new LabProcess(LONG, { engine: engine.host });
    expect(await without.exited, without.output).toBe(1);
    expect(without.manifest).toMatchObject({
      outcome: "no-image",
      trouble: { trouble: "image-missing", image: "c10k-lab/server-epoll", service: "server-epoll" },
    });

    engine.load("c10k-lab/server-epoll", "c10k-lab/client");
    using lab = new LabProcess(LONG, { engine: engine.host });
    const rows = join(lab.results, "latest", "epoll-10", "client.csv");
    await until(() => existsSync(rows), "the client has opened its file", STATE_BOUND_MS);
    await engine.kill();
    expect(await lab.exited, lab.output).toBe(1);
    expect(lab.manifest).toMatchObject({
      outcome: "engine-lost",
      trouble: { trouble: "engine-lost", cell: "epoll-10" },
    });
    const incidents = [{ incident: "trouble", trouble: lab.manifest.trouble }];
    expect(lab.cells).toMatchObject([{ status: "engine-lost", incidents }]);
    expect(lab.file("report.md")).toContain("**Partial, engine lost:**");
    // Server and client were told by the kernel's means: every row is there.
    expect((await readCsv(rows)).rows).toHaveLength(10);
  });
});

/** Kills a lab that is at work; the next lab removes its containers. */
async function removeAfterKill(): Promise<void> {
  using killed = new LabProcess(LONG);
  await until(async () => isUnderLoad(killed), "server and client are running", STATE_BOUND_MS);
  killed.signal("SIGKILL");
  await killed.exited;
  expect(await killed.containers()).toHaveLength(UNDER_LOAD);
  using next = new LabProcess([...SMALL, "--servers", "epoll"]);
  expect(await next.exited, next.output).toBe(0);
  expect(await killed.containers()).toEqual([]);
}

function docker(...args: string[]): string {
  return execFileSync("docker", args, { stdio: "pipe" }).toString();
}

/** Returns settings of the kernel as a container reads them. */
function readInside(container: string, names: readonly string[]): Record<string, string> {
  const paths = names.map((name) => `/proc/sys/${name.replaceAll(".", "/")}`);
  const lines = docker("exec", container, "cat", ...paths)
    .replaceAll("\t", " ")
    .split("\n");
  return Object.fromEntries(names.map((name, at) => [name, lines[at] ?? ""]));
}

async function isUnderLoad(lab: LabProcess): Promise<boolean> {
  try {
    return (await lab.containers()).length === UNDER_LOAD;
  } catch {
    return false; // It has not written its manifest yet.
  }
}

/** Needs an engine to take images from, and the means to start another one. */
function describePrivate(title: string, body: () => void): void {
  const { missing } = PrivateEngine;
  if (missing && process.env.REQUIRE_ENGINE !== "1") describe.skip(`${title} [skipped: ${missing}]`, body);
  else describeContainers(title, body);
}
