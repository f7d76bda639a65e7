import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { LabProcess } from "@c10k-lab/process/testing";
import type Docker from "dockerode";
import { expect, onTestFinished, test, vi } from "vitest";
import { ANSWER_MS } from "../../src/engines/docker/ask.ts";
import { Container } from "../../src/engines/docker/container.ts";
import { EngineWatch } from "../../src/engines/docker/engine-watch.ts";

const never = () => new Promise<never>(() => {});

/** Bound of a lab on a busy machine. How long the lab itself has waited is in its sentence. */
const LAB_BOUND_MS = 120_000;

test("B9, K4: an engine that accepts and never answers ends the lab with one sentence, and no run is the latest", {
  timeout: LAB_BOUND_MS + 10_000,
}, async () => {
  const sockets: Socket[] = [];
  const path = join(mkdtempSync(join(tmpdir(), "c10k-engine-")), "docker.sock");
  const engine = createServer((socket) => sockets.push(socket.on("error", () => {}))).listen(path);
  const address = `unix://${path}`;
  const lab = new LabProcess(["run", "aa", "--engine", "docker", "--no-build"], {
    env: { DOCKER_HOST: address },
  });
  try {
    const { code, stderr } = await lab.outcome(LAB_BOUND_MS);
    expect(code).toBe(1);
    expect(sockets, "one request is sent, and waited for once").toHaveLength(1);
    expect(stderr).toContain(`lab: No Docker engine answers at ${address} (no answer within 10000 ms)`);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(readdirSync(lab.results).filter((name) => name === "latest")).toEqual([]);
  } finally {
    for (const socket of sockets) socket.destroy();
    engine.close();
  }
});

/** A container whose engine answers until it runs, and then only what `later` says. Its process is a child of the test. */
async function startContainer(later: object) {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close");
  const watch = await EngineWatch.start(
    { getEvents: async () => new PassThrough() } as unknown as Docker,
    "run",
  );
  const handle = {
    // Each line of /proc/PID/cgroup has a path.
    id: "/",
    attach: async () => new PassThrough().end(),
    start: async () => {},
    inspect: async () => ({ State: { Pid: child.pid } }),
    stats: async () => new PassThrough(),
    kill: never,
    wait: never,
    ...later,
  } as unknown as Docker.Container;
  const docker = { modem: { demuxStream: (_: unknown, out: PassThrough) => out.end() } } as unknown as Docker;
  const folder = mkdtempSync(join(tmpdir(), "c10k-engine-"));
  const container = await Container.start(docker, handle, watch, { app: "client", name: "client", folder });
  onTestFinished(() => watch.stop());
  return { container, ended };
}

test.each([
  ["to any request", {}],
  ["when it has sent the signals", { kill: async () => {} }],
])(
  "B9, K4: a container whose engine no longer answers %s is ended by plain signals",
  async (_when, later) => {
    const { container, ended } = await startContainer(later);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
    onTestFinished(() => void vi.useRealTimers());
    const stopped = container.stop();
    await vi.advanceTimersByTimeAsync(2 * ANSWER_MS);
    expect(await stopped).toEqual({ code: null, signal: null, cause: "engine-lost" });
    expect(await ended).toEqual([null, "SIGTERM"]);
  },
);

test("K4: an engine that dies in the middle of an event is lost, and the half event is dropped", async () => {
  const events = new PassThrough();
  const watch = await EngineWatch.start({ getEvents: async () => events } as unknown as Docker, "run");
  events.end('{"Actor":{"ID":"one"}}\n{"Actor":{"ID":"tw');
  await watch.lost;
  expect(watch.isLost).toBe(true);
  expect(watch.ranOutOfMemory("one")).toBe(true);
});
