import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { within } from "@c10k-lab/process";
import { until } from "@c10k-lab/process/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { STATE_BOUND_MS } from "./harness/engine.ts";
import { LabProcess } from "./harness/lab-process.ts";
import { LONG, SMALL } from "./harness/small-plans.ts";
import { SshServer } from "./harness/ssh-server.ts";
import { describeTwoEngines, type NodeNumber, TwoNodeSwarm } from "./harness/two-node-swarm.ts";

const THERE: NodeNumber = 0;
const HERE: NodeNumber = 1;
const SET_UP_MS = 120_000;
/** The load lasts longer: only the silence can end it. */
const SILENCE_BOUND_MS = 50_000;

describeTwoEngines("lab run --engine remote", () => {
  let machines: TwoNodeSwarm;
  const run = (args: readonly string[], engine = machines.remoteHostOf(THERE)) =>
    new LabProcess(args, { engine, kind: "remote", program: machines.labOn(HERE) });

  beforeAll(async () => {
    machines = await TwoNodeSwarm.start();
    machines.load([THERE], "c10k-lab/server-epoll", "c10k-lab/client");
  }, SET_UP_MS);
  afterAll(async () => {
    await machines?.[Symbol.asyncDispose]();
  }, SET_UP_MS);

  test("the server on the engine of DOCKER_HOST, two clients here: balanced, and each fact is of the machine that has it", async () => {
    using lab = run([...SMALL, "--clients", "2"]);
    expect(await lab.exited, lab.output).toBe(0);
    const there = machines.nameOf(THERE);
    expect(lab.manifest).toMatchObject({
      ...{ engine: "remote", outcome: "complete", trouble: null },
      nodes: [
        {
          name: there,
          side: "server",
          address: "10.77.0.1",
          clock: null,
          kernel: expect.any(String),
          sysctls: expect.any(Object),
        },
        { name: hostname(), side: "clients", address: "10.77.0.2", clock: { offsetMs: expect.any(Number) } },
      ],
    });
    const [cell] = lab.cells;
    expect(cell).toMatchObject({
      ...{ status: "ok", clients: 2, reconciliation: { balanced: true }, processors: null },
      client: { asked: { connections: 10 }, achieved: { established: 10, completed: 10 } },
      listening: { host: "10.77.0.1" },
      evidence: {
        nodes: [
          { node: there, processes: ["server"], busyPercent: expect.any(Number) },
          { node: hostname(), processes: ["client-1", "client-2"] },
        ],
      },
    });
    expect(cell?.evidence.server.length).toBeGreaterThan(1);
    expect(cell?.commands.servers[0]).toMatch(/^docker --host tcp:\/\/10\.77\.0\.1:2375 run /);
    expect(cell?.commands.clients[0]).toMatch(/^npm run client -- /);
    const files = ["client-1.csv", "client-2.csv", "server.csv"];
    const rows = files.map(
      async (file) => (await readCsv(join(lab.results, "latest", "epoll-10-by-2", file))).rows.length,
    );
    expect(await Promise.all(rows)).toEqual([5, 5, 11]);
    const report = lab.file("report.md");
    expect(report).toContain(`server on ${there}: `);
    expect(report).toContain("The network between the machines is part of every time and rate.");
    expect(lab.file("details.md")).toContain("| the lab's kernel");
    expect(machines.containersOf(THERE)).toEqual([]);
  });

  test("an engine of this machine, an address that the other lacks, and an unknown name are each one sentence", async () => {
    using here = run(SMALL, machines.hostOf(THERE));
    expect(await here.exited).toBe(2);
    expect(here.stderr).toContain("--engine remote needs the Docker engine of another machine");
    using wrong = run([...SMALL, "--server-address", "10.77.0.9"]);
    expect(await wrong.exited, wrong.output).toBe(1);
    expect(wrong.manifest).toMatchObject({
      outcome: "unfit-swarm",
      trouble: { trouble: "node-silent", node: machines.nameOf(THERE), address: "10.77.0.9" },
    });
    expect(wrong.file("report.md")).toContain("> **Other machine not reached:**");
    using unknown = run([...SMALL, "--server-address", "nowhere.invalid"]);
    expect(await unknown.exited, unknown.output).toBe(1);
    expect(unknown.stderr).toContain("does not answer at nowhere.invalid (");
    expect(machines.containersOf(THERE)).toEqual([]);
  });

  test("trial 29: --engine docker with an engine on another network ends at the first cell, and says why", async () => {
    const engine = machines.hostOf(THERE);
    const values = ["--connections", "5,10"];
    using lab = new LabProcess([...SMALL, ...values], { engine, program: machines.labOn(HERE) });
    expect(await lab.exited, lab.output).toBe(1);
    const trouble = { trouble: "engine-elsewhere", address: engine };
    expect(lab.manifest).toMatchObject({ outcome: "no-engine", trouble });
    expect(lab.cells).toMatchObject([{ status: "failed" }]);
    expect(lab.stderr).toContain(`lab: The Docker engine at ${engine} is not on this machine's network`);
    expect(lab.file("report.md")).toContain("> **No engine:** 1 of 2 cells were measured.");
    expect(machines.containersOf(THERE)).toEqual([]);
  });

  test("SIGINT: rows of both sides are kept, exit 130, no container is left there", async () => {
    using lab = run(LONG);
    await underLoad(lab);
    lab.signal("SIGINT");
    expect(await lab.exited, lab.output).toBe(130);
    const folder = join(lab.results, "latest", "epoll-10");
    expect((await readCsv(join(folder, "client.csv"))).rows).toHaveLength(10);
    expect((await readCsv(join(folder, "server.csv"))).rows).toHaveLength(11);
    expect(machines.containersOf(THERE)).toEqual([]);
  });

  test("SIGKILL: the next start removes the container that was left there", async () => {
    using killed = run(LONG);
    await underLoad(killed);
    killed.signal("SIGKILL");
    await killed.exited;
    expect(machines.containersOf(THERE)).toHaveLength(1);
    using next = run(SMALL);
    expect(await next.exited, next.output).toBe(0);
    expect(machines.containersOf(THERE)).toEqual([]);
  });

  test("a link that drops every packet ends the experiment as engine-lost within a minute", async () => {
    using lab = run(LONG);
    await endsOnSilence(lab);
  });

  test.skipIf(!SshServer.isInstalled && process.env.REQUIRE_ENGINE !== "1")(
    "ssh:// with a key in a file: another host's key is refused in one sentence, a run is balanced, a silent link is engine-lost",
    async () => {
      await using ssh = await machines.startSsh(THERE);
      const runOverSsh = (args: readonly string[]) =>
        new LabProcess(args, { kind: "remote", program: machines.labOn(HERE), env: ssh.env });
      ssh.knowHost("stranger");
      using refused = runOverSsh(SMALL);
      expect(await refused.exited).toBe(1);
      expect(refused.stderr).toContain(
        "No Docker engine answers at ssh://root@10.77.0.1 (Host key verification failed.)",
      );
      ssh.knowHost("host");
      using lab = runOverSsh(SMALL);
      expect(await lab.exited, lab.output).toBe(0);
      expect(lab.cells).toMatchObject([{ status: "ok", reconciliation: { balanced: true } }]);
      expect(machines.containersOf(THERE)).toEqual([]);
      using silent = runOverSsh(LONG);
      await endsOnSilence(silent);
    },
  );

  test("an engine that goes away there ends the experiment as engine-lost", async () => {
    using lab = run(LONG);
    await underLoad(lab);
    await machines.kill(THERE);
    expect(await lab.exited, lab.output).toBe(1);
    expect(lab.manifest).toMatchObject({ outcome: "engine-lost", trouble: { trouble: "engine-lost" } });
    expect(lab.cells).toMatchObject([{ status: "engine-lost" }]);
    expect((await readCsv(join(lab.results, "latest", "epoll-10", "client.csv"))).rows).toHaveLength(10);
  });

  /** Silences the link under a lab, and expects its end. The container stays: the next start removes it. */
  async function endsOnSilence(lab: LabProcess): Promise<void> {
    await underLoad(lab);
    machines.silence(THERE);
    const code = await within(SILENCE_BOUND_MS, lab.exited, () => `the lab waits: ${lab.output}`).finally(
      () => machines.unsilence(THERE),
    );
    expect(code, lab.output).toBe(1);
    expect(lab.manifest).toMatchObject({ outcome: "engine-lost", trouble: { trouble: "engine-lost" } });
    expect(lab.cells).toMatchObject([{ status: "engine-lost" }]);
    expect((await readCsv(join(lab.results, "latest", "epoll-10", "client.csv"))).rows).toHaveLength(10);
  }
});

/** Waits until the client of a lab has connected to its server. */
async function underLoad(lab: LabProcess): Promise<void> {
  const log = join(lab.results, "latest", "epoll-10", "client.log");
  const isConnected = () => existsSync(log) && readFileSync(log, "utf8").includes("connected");
  await until(isConnected, "the client is connected", STATE_BOUND_MS);
}
