import { getuid } from "node:process";
import { until } from "@c10k-lab/process/testing";
import { expect } from "vitest";
import { expectCleanEnd } from "../../harness/expectations.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";
import { inOwnNetwork, readTcpCounter, startBeside } from "../../surroundings/own-network.ts";

const HERD_PROGRAM = new URL("../../programs/herd.ts", import.meta.url);
const CLIENTS = 20;
const HERD = 500;
/** The queue holds one connection more. */
const BACKLOG = 4;
/** A cookie would let clients in that the queue has no place for. */
const WITHOUT_COOKIES = { "ipv4/tcp_syncookies": 0 };

/** Registers the cases of the accept queue, each in a network namespace of its own, whose counters are the server's alone. */
export function queueCases(subject: Subject): void {
  const tool = getuid?.() === 0 ? "unshare" : "root and unshare";

  testWith(
    tool,
    `S8 of ${CLIENTS} clients that overflow a queue of --backlog ${BACKLOG} each is served`,
    () => overflowQueue(subject),
  );

  testWith(
    tool,
    `S3, S8: ${HERD} clients that connect at once fit into the queue of the usual --backlog, and each is served`,
    () => holdHerd(subject),
  );

  testWith(tool, "S8 a server says that net.core.somaxconn cuts its --backlog", async () => {
    await using server = await subject.start({ wrapper: inOwnNetwork({ "core/somaxconn": 16 }) });
    expect(server.stderr).toContain("the kernel cuts the backlog to net.core.somaxconn = 16\n");
    await expectCleanEnd(server);
  });
}

async function overflowQueue(subject: Subject): Promise<void> {
  await using server = await startInOwnNetwork(subject, BACKLOG);
  await connectWhileFrozen(server, CLIENTS, () => {
    const overflows = readTcpCounter(server, "ListenOverflows");
    return overflows >= CLIENTS - BACKLOG - 1;
  });
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: CLIENTS, closed: { "client-closed": CLIENTS } });
}

async function holdHerd(subject: Subject): Promise<void> {
  await using server = await startInOwnNetwork(subject);
  await connectWhileFrozen(server, HERD, () => readTcpCounter(server, "PassiveOpens") >= HERD);
  expect(readTcpCounter(server, "ListenOverflows")).toBe(0);
  expect(readTcpCounter(server, "ListenDrops")).toBe(0);
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: HERD, closed: { "client-closed": HERD } });
}

function startInOwnNetwork(subject: Subject, backlog?: number): Promise<ServerProcess> {
  const args = backlog === undefined ? [] : ["--backlog", String(backlog)];
  return subject.start({ wrapper: inOwnNetwork(WITHOUT_COOKIES), args });
}

/** Lets clients connect to a frozen server, which goes on once `isQueued` holds; expects that each of them is served. */
async function connectWhileFrozen(
  server: ServerProcess,
  clients: number,
  isQueued: () => boolean,
): Promise<void> {
  await server.freeze();
  const herd = startBeside(server, HERD_PROGRAM, String(clients));
  try {
    await until(isQueued, "all have knocked");
    server.kill("SIGCONT");
    expect(await herd.outcome()).toMatchObject({ code: 0, stdout: `${clients}\n` });
  } finally {
    herd.signal("SIGKILL");
    await herd.exited;
  }
}
