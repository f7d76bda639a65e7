import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CellRun } from "../../src/cell/cell-run.ts";
import type { Engine, Exit, Job, Service } from "../../src/engines/engine.ts";
import type { Cell } from "../../src/plan/cells.ts";
import { loadOf } from "../fixtures/load.ts";

const WELL: Exit = { code: 0, signal: null, cause: null };
const KILLED: Exit = { code: null, signal: "SIGKILL", cause: null };
const USAGE = { userUs: 0, systemUs: 0, voluntarySwitches: 0, involuntarySwitches: 0, maxRssKiB: 0 };

function service(exit: Exit, line: string | null = null): Service {
  const end = async () => exit;
  return {
    nextLine: async () => line,
    endWithin: end,
    stop: end,
    signal() {},
    exited: end(),
    processes: null,
    samples: [],
    containerSamples: [],
  };
}

/** Returns an engine whose clients become ready in reverse order and whose second client dies. */
function engineFor(port: number): Engine {
  const listening = {
    event: "listening",
    server: "epoll",
    host: "127.0.0.1",
    port,
    pid: 1,
    metricsPort: null,
    traits: { startsThreadPerConnection: false, scansDescriptors: false, connectionBytes: 1 },
    options: {},
    usage: USAGE,
  };
  return {
    name: "process",
    prepare: async () => null,
    pathOf: (folder, file) => join(folder, file),
    commandOf: ({ name }) => name,
    close: async () => {},
    startForeign: async () => {
      throw new Error("not a server of this test");
    },
    start: async ({ name }: Job) => {
      if (name === "server") return service(WELL, JSON.stringify(listening));
      await new Promise((resolve) => setTimeout(resolve, name === "client-1" ? 50 : 0));
      return service(name === "client-2" ? KILLED : WELL);
    },
  };
}

test("the client that died is named when several become ready in another order", async () => {
  const server = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = mkdtempSync(join(tmpdir(), "c10k-cell-"));
  const cell: Cell = {
    id: "epoll-10-by-2",
    name: "epoll-10-by-2",
    variant: "epoll",
    server: "epoll",
    foreign: null,
    options: {},
    group: null,
    axis: "connections",
    axisValue: 10,
    load: loadOf({ duration: "1s" }),
    cutoffMs: null,
    connections: 10,
    clients: 2,
    servers: 1,
    repetition: 1,
  };
  const engine = engineFor((server.address() as AddressInfo).port);
  const { incidents } = await new CellRun(cell, folder, engine, null).run();
  server.close();
  rmSync(folder, { recursive: true });
  expect(incidents).toMatchObject([{ incident: "died", process: "client-2", signal: "SIGKILL" }]);
});
