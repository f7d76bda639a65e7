import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { until } from "@c10k-lab/process/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { STATE_BOUND_MS } from "./harness/engine.ts";
import { LabProcess } from "./harness/lab-process.ts";
import { LONG, SMALL } from "./harness/small-plans.ts";
import { describeTwoEngines, type NodeNumber, TwoNodeSwarm } from "./harness/two-node-swarm.ts";

const MANAGER: NodeNumber = 0;
const WORKER: NodeNumber = 1;
const SET_UP_MS = 120_000;

describeTwoEngines("lab run --engine swarm", () => {
  let swarm: TwoNodeSwarm;
  const run = (args: readonly string[], engine = swarm.hostOf(MANAGER)) =>
    new LabProcess(args, { engine, kind: "swarm", program: swarm.lab });

  beforeAll(async () => {
    swarm = await TwoNodeSwarm.start();
    swarm.load([MANAGER], "c10k-lab/server-epoll", "c10k-lab/client");
    swarm.load([WORKER], "c10k-lab/client");
  }, SET_UP_MS);
  afterAll(async () => {
    await swarm?.[Symbol.asyncDispose]();
  }, SET_UP_MS);

  test("two clients on the worker against a server on the manager: merged, balanced, evidence of both nodes, nothing left", async () => {
    using lab = run([...SMALL, "--clients", "2"]);
    expect(await lab.exited, lab.output).toBe(0);
    const [manager, worker] = [swarm.nameOf(MANAGER), swarm.nameOf(WORKER)];
    expect(lab.manifest).toMatchObject({
      ...{ engine: "swarm", outcome: "complete", trouble: null },
      nodes: [
        { name: manager, side: "server", address: "10.77.0.1", clock: null },
        { name: worker, side: "clients", clock: { offsetMs: expect.any(Number) } },
      ],
    });
    const [cell] = lab.cells;
    expect(cell).toMatchObject({
      ...{ status: "ok", clients: 2, reconciliation: { balanced: true }, processors: null },
      client: { asked: { connections: 10 }, achieved: { established: 10, completed: 10 } },
      listening: { host: "10.77.0.1" },
      evidence: {
        nodes: [
          { node: manager, processes: ["server"], busyPercent: expect.any(Number) },
          { node: worker, processes: ["client-1", "client-2"] },
        ],
      },
    });
    expect(cell?.client?.achieved.messages).toBeGreaterThan(100);
    expect(cell?.evidence.server.length).toBeGreaterThan(1);
    expect(cell?.commands.clients[0]).toMatch(/^docker service create --network host /);
    const instants = cell?.commands.clients.map((command) => /--start-at (\S+)/.exec(command)?.[1]);
    expect(new Set(instants).size).toBe(1);
    const files = [1, 2].map((n) => join(lab.results, "latest", "epoll-10-by-2", `client-${n}.csv`));
    expect(await Promise.all(files.map(async (file) => (await readCsv(file)).rows.length))).toEqual([5, 5]);
    expect(lab.stderr).toMatch(new RegExp(`clocks .*: ${worker} [+−]\\d+\\.\\d ms \\(± \\d`));
    expect(lab.file("details.md")).toContain("### Nodes");
    expect(lab.file("report.md")).toContain("The network between the nodes is part of every time and rate.");
    expect(swarm.services).toEqual([]);
    await nothingLeft();
  });

  test("each unfit swarm is refused in one sentence", async () => {
    const refused = async (lab: LabProcess, trouble: object, sentence: string) => {
      expect(await lab.exited, lab.output).toBe(1);
      expect(lab.manifest.trouble).toMatchObject(trouble);
      expect(lab.stderr).toContain(sentence);
      expect(lab.file("report.md")).toMatch(/> \*\*(No fit swarm|No image):\*\*/);
    };
    using none = new LabProcess(SMALL, { kind: "swarm" });
    await refused(none, { trouble: "no-swarm" }, "is in no swarm: 'docker swarm init' makes one");
    using worker = run(SMALL, swarm.hostOf(WORKER));
    await refused(
      worker,
      { trouble: "not-manager" },
      "is a worker of its swarm: set DOCKER_HOST to a manager",
    );
    using few = run([...SMALL, "--client-nodes", "node.labels.load==yes"]);
    await refused(
      few,
      { trouble: "too-few-nodes", side: "clients", wanted: "node.labels.load==yes" },
      "No node for the clients meets 'node.labels.load==yes': ready are ",
    );
    const elsewhere = ["--server-node", swarm.nameOf(WORKER), "--client-nodes", swarm.nameOf(MANAGER)];
    using imageless = run([...SMALL, ...elsewhere]);
    await refused(
      imageless,
      { trouble: "image-not-on-node", image: "c10k-lab/server-epoll", node: swarm.nameOf(WORKER) },
      `The node ${swarm.nameOf(WORKER)} lacks the image c10k-lab/server-epoll`,
    );
    expect(swarm.services).toEqual([]);
  });

  test("clocks that are 200 ms apart are refused with the measured distance", async () => {
    const restore = changeClients(
      `import{hostname}from"node:os";const now=performance.now.bind(performance);if(hostname()==="${swarm.nameOf(WORKER)}")performance.now=()=>now()+200`,
    );
    using lab = run(SMALL);
    expect(await lab.exited, lab.output).toBe(1);
    restore();
    expect(lab.manifest).toMatchObject({
      outcome: "unfit-swarm",
      trouble: { trouble: "clocks-apart", node: swarm.nameOf(WORKER), limitMs: 50 },
    });
    const { trouble } = lab.manifest;
    expect(trouble?.trouble === "clocks-apart" && trouble.offsetMs).toBeGreaterThan(150);
    expect(lab.stderr).toMatch(/ms \(± [\d.]+\) ahead of that of /);
    expect(swarm.services).toEqual([]);
  });

  test("SIGINT: rows come back, exit 130, no service is left", async () => {
    using lab = run(LONG);
    await underLoad();
    lab.signal("SIGINT");
    expect(await lab.exited, lab.output).toBe(130);
    expect(lab.manifest.outcome).toBe("interrupted");
    expect(swarm.services).toEqual([]);
    expect((await readCsv(join(lab.results, "latest", "epoll-10", "client.csv"))).rows).toHaveLength(10);
    expect((await readCsv(join(lab.results, "latest", "epoll-10", "server.csv"))).rows).toHaveLength(11);
    await nothingLeft();
  });

  test("SIGKILL: the next start removes the services that were left", async () => {
    using killed = run(LONG);
    await underLoad();
    killed.signal("SIGKILL");
    await killed.exited;
    const left = swarm.services;
    expect(left).toHaveLength(2);
    using next = run(SMALL);
    expect(await next.exited, next.output).toBe(0);
    expect(swarm.services).toEqual([]);
  });

  test("a stack made from compose.yaml scales its clients over the nodes without the lab", async () => {
    const environment = { ...process.env, HOST: "10.77.0.1", PORT: "20999", WAIT_FOR_SERVER: "60s" };
    const program = join(import.meta.dirname, "../../tools/stack-file.ts");
    const stack = execFileSync(process.execPath, [program, "server-epoll", "client"], { env: environment });
    const words = ["--host", swarm.hostOf(MANAGER), "stack", "deploy", "--resolve-image", "never"];
    execFileSync("docker", [...words, "--compose-file", "-", "c10k"], { input: stack, stdio: "pipe" });
    swarm.docker(MANAGER, "service", "scale", "--detach", "c10k_client=2");
    const states = () =>
      swarm.docker(MANAGER, "service", "ps", "--format", "{{.CurrentState}}", "c10k_client");
    await until(() => states().match(/^Complete/gm)?.length === 2, "both clients are done", STATE_BOUND_MS);
    const output = swarm.docker(MANAGER, "service", "logs", "--raw", "c10k_client");
    expect(output.match(/500 of 500 complete/g)).toHaveLength(2);
    swarm.docker(MANAGER, "stack", "rm", "c10k");
    await until(() => swarm.services.length === 0, "the stack is gone", STATE_BOUND_MS);
  });

  test("a node that leaves is named, and the cell fails", async () => {
    using lab = run(LONG);
    await underLoad();
    swarm.docker(WORKER, "swarm", "leave");
    expect(await lab.exited, lab.output).toBe(1);
    const node = swarm.nameOf(WORKER);
    expect(lab.cells).toMatchObject([
      { status: "failed", incidents: [{ incident: "node-lost", process: "client", node }] },
    ]);
    expect(lab.file("details.md")).toContain(`The node ${node} left the swarm`);
    expect(swarm.services).toEqual([]);
    swarm.join(WORKER);
  });

  test("a node that falls silent is named, and the cell fails", async () => {
    // A node is down after three heartbeats: by default after 15 s. With 2 s a busy node is, too, so other tests have 5.
    swarm.docker(MANAGER, "swarm", "update", "--dispatcher-heartbeat", "2s");
    using lab = run(LONG);
    await underLoad();
    swarm.silence(WORKER);
    const code = await lab.exited;
    const left = swarm.services;
    await swarm.unsilence(WORKER);
    swarm.docker(MANAGER, "swarm", "update", "--dispatcher-heartbeat", "5s");
    expect(code, lab.output).toBe(1);
    const lost = { incident: "node-lost", process: "client", node: swarm.nameOf(WORKER) };
    expect(lab.cells).toMatchObject([{ status: "failed" }]);
    // Requests of the manager to the client fail meanwhile: that is an incident, too.
    expect(lab.cells[0]?.incidents).toContainEqual(lost);
    expect(left).toEqual([]);
    await nothingLeft();
  });

  test("a server's node that falls silent is named, and the cell fails", async () => {
    swarm.docker(MANAGER, "swarm", "update", "--dispatcher-heartbeat", "2s");
    swarm.load([WORKER], "c10k-lab/server-epoll");
    using lab = run([
      ...LONG,
      "--server-node",
      swarm.nameOf(WORKER),
      "--client-nodes",
      swarm.nameOf(MANAGER),
    ]);
    await underLoad(MANAGER);
    swarm.silence(WORKER);
    const code = await lab.exited;
    const left = swarm.services;
    await swarm.unsilence(WORKER);
    expect(code, lab.output).toBe(1);
    expect(lab.cells).toMatchObject([{ status: "failed" }]);
    const lost = { incident: "node-lost", process: "server", node: swarm.nameOf(WORKER) };
    expect(lab.cells[0]?.incidents).toContainEqual(lost);
    expect(left).toEqual([]);
    await nothingLeft();
  });

  test("a task that the swarm starts a second time fails the cell by name", async () => {
    using lab = run(LONG);
    await underLoad();
    const [client = ""] = swarm.servicesOf("client");
    swarm.docker(MANAGER, "service", "update", "--force", "--detach", client);
    expect(await lab.exited, lab.output).toBe(1);
    const node = swarm.nameOf(WORKER);
    expect(lab.cells).toMatchObject([
      { status: "failed", incidents: [{ incident: "restarted", process: "client", node }] },
    ]);
    expect(lab.manifest.outcome).toBe("complete");
    expect(swarm.services).toEqual([]);
    await nothingLeft();
  });

  // The first letter of a packed file is an H.
  test.each([
    { damage: "one letter is another", statement: "bytes[60]^=1" },
    { damage: "the file is cut", statement: "return bytes.length" },
  ])(
    "results that a service's log does not bring whole fail the cell, with the names of the files: $damage",
    async ({ statement }) => {
      const restore = changeClients(
        `import fs from"node:fs";import{syncBuiltinESMExports}from"node:module";const write=fs.writeSync;fs.writeSync=(fd,bytes,at)=>{if(fd===1&&at===0&&bytes[0]===72)${statement};return write(fd,bytes,at)};syncBuiltinESMExports()`,
      );
      using lab = run(SMALL);
      expect(await lab.exited, lab.output).toBe(1);
      restore();
      const files = ["client.csv", "client.json", "node.json"];
      const node = swarm.nameOf(WORKER);
      expect(lab.cells).toMatchObject([
        {
          status: "failed",
          client: null,
          incidents: [{ incident: "results-lost", process: "client", node }],
        },
      ]);
      const [incident] = lab.cells.flatMap(({ incidents }) => incidents);
      expect(incident?.incident === "results-lost" && incident.files.toSorted()).toEqual(files);
      expect(swarm.services).toEqual([]);
      await nothingLeft();
    },
  );

  test("a manager that goes away ends the experiment as engine-lost, and the next start cleans up", async () => {
    using lab = run(LONG);
    await underLoad();
    await swarm.kill(MANAGER);
    expect(await lab.exited, lab.output).toBe(1);
    expect(lab.manifest).toMatchObject({ outcome: "engine-lost", trouble: { trouble: "engine-lost" } });
    expect(lab.cells).toMatchObject([{ status: "engine-lost" }]);
    await swarm.restart(MANAGER);
    using next = run(SMALL);
    expect(await next.exited, next.output).toBe(0);
    expect(swarm.services).toEqual([]);
  });

  /**
   * Gives both nodes a client image that runs a module first, as its survey does.
   *
   * @returns a function that gives them the ordinary one again
   */
  function changeClients(module: string): () => void {
    const image = "c10k-lab/client";
    const id = swarm.docker(MANAGER, "image", "inspect", "-f", "{{.Id}}", image);
    const options = `NODE_OPTIONS=--import=data:text/javascript,${encodeURIComponent(module)}`;
    const container = swarm.docker(MANAGER, "create", "--network", "host", image);
    swarm.docker(MANAGER, "commit", "--change", `ENV ${options}`, container, image);
    swarm.docker(MANAGER, "rm", container);
    const [from, to] = [swarm.hostOf(MANAGER), swarm.hostOf(WORKER)];
    execFileSync("sh", ["-c", `docker -H ${from} save ${image} | docker -H ${to} load`]);
    return () => {
      for (const node of [MANAGER, WORKER]) swarm.docker(node, "tag", id, image);
    };
  }

  /** Waits until the server and the client of a cell run, and the client exchanges messages. */
  async function underLoad(node = WORKER): Promise<void> {
    const client = () => swarm.servicesOf("client").length === 1 && swarm.containersOf(node)[0];
    const isConnected = () => swarm.logOf(node, client() || "").includes("connected");
    await until(() => Boolean(client()) && isConnected(), "a client is connected", STATE_BOUND_MS);
  }

  /** Waits until the swarm has removed the containers of services that are gone. */
  async function nothingLeft(): Promise<void> {
    const all = () => ([MANAGER, WORKER] as const).flatMap((node) => swarm.containersOf(node));
    await until(() => all().length === 0, "no container is left", STATE_BOUND_MS);
  }
});
