import { getuid } from "node:process";
import { SIZED_BOUND_MS, SIZES, type TestProgram, until } from "@c10k-lab/process/testing";
import { expect } from "vitest";
import { expectCleanEnd } from "../../harness/expectations.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";
import { configure, inOwnNetwork, readTcpCounter, startBeside } from "../../surroundings/own-network.ts";

const HERD_PROGRAM = new URL("../../programs/herd.ts", import.meta.url);
const { overflowing: OVERFLOWING, herd: HERD } = SIZES.S8;
const CLIENTS = 20;
const BACKLOG = 4;
const ASKER_PROGRAM = new URL("../../programs/asker.ts", import.meta.url);
const FLOOD_PROGRAM = new URL("../../programs/syn-flood.pl", import.meta.url);
const FLOODED_MESSAGES = 500;
/** A cookie would let clients in that the queue has no place for. */
const WITHOUT_COOKIES = { "ipv4/tcp_syncookies": 0 };
const WITH_COOKIES = { "ipv4/tcp_syncookies": 1 };
const START_BOUND_MS = 20_000;

/** Registers the cases of the accept queue, each in a network namespace of its own, whose counters are the server's alone. */
export function queueCases(subject: Subject): void {
  const tool = getuid?.() === 0 ? "unshare" : "root and unshare";

  testWith(
    tool,
    `S8 of ${OVERFLOWING} clients that overflow a queue of --backlog ${SIZES.S8.backlog} each is served`,
    () => overflowQueue(subject),
    SIZED_BOUND_MS,
  );

  testWith(
    tool,
    `S3, S8: ${HERD} clients that connect at once fit into a queue of --backlog ${HERD}, and each is served`,
    () => holdHerd(subject),
    SIZED_BOUND_MS,
  );

  testWith(
    tool,
    `S8b ${CLIENTS} clients are connected, the server has ${BACKLOG + 1} of them, and each is served once it sends`,
    () => servePhantoms(subject),
  );

  testWith(
    tool,
    `S9 during a SYN flood each of ${FLOODED_MESSAGES} messages of a client comes back, and ${CLIENTS} new clients are served`,
    () => serveDuringFlood(subject),
  );

  testWith(tool, "S8 a server says that net.core.somaxconn cuts its --backlog", async () => {
    await using server = await subject.start({ wrapper: inOwnNetwork({ "core/somaxconn": 16 }) });
    expect(server.stderr).toContain("the kernel cuts the backlog to net.core.somaxconn = 16\n");
    await expectCleanEnd(server);
  });
}

async function overflowQueue(subject: Subject): Promise<void> {
  const { backlog } = SIZES.S8;
  await using server = await startInOwnNetwork(subject, backlog);
  await connectWhileFrozen(server, OVERFLOWING, () => {
    // The queue holds one connection more.
    return readTcpCounter(server, "ListenOverflows") >= OVERFLOWING - backlog - 1;
  });
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: OVERFLOWING, closed: { "client-closed": OVERFLOWING } });
}

async function holdHerd(subject: Subject): Promise<void> {
  await using server = await startInOwnNetwork(subject, HERD);
  await connectWhileFrozen(server, HERD, () => readTcpCounter(server, "PassiveOpens") >= HERD);
  expect(readTcpCounter(server, "ListenOverflows")).toBe(0);
  expect(readTcpCounter(server, "ListenDrops")).toBe(0);
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: HERD, closed: { "client-closed": HERD } });
}

/** A SYN cookie answers a client that the queue then has no place for: it is connected, and the server does not have it. */
async function servePhantoms(subject: Subject): Promise<void> {
  const args = ["--backlog", String(BACKLOG)];
  await using server = await subject.start({ wrapper: inOwnNetwork(WITH_COOKIES), args });
  // A link of 18 ms a packet: all SYNs arrive before the first handshakes end.
  configure(server, "ip link set lo mtu 128");
  configure(server, "tc qdisc add dev lo root tbf rate 32kbit burst 142 limit 100000");
  await server.freeze();
  const herd = startBeside(server, HERD_PROGRAM, String(CLIENTS), "late");
  try {
    await until(() => herd.stdout !== "", "all are connected", START_BOUND_MS);
    expect(readTcpCounter(server, "SyncookiesSent")).toBeGreaterThan(0);
    const dropped = () => readTcpCounter(server, "ListenOverflows");
    await until(() => dropped() >= CLIENTS - BACKLOG - 1, "the ends of their handshakes are dropped");
    expect(readTcpCounter(server, "PassiveOpens")).toBe(BACKLOG + 1);
    configure(server, "tc qdisc del dev lo root");
    server.kill("SIGCONT");
    herd.signal("SIGUSR2");
    expect(await herd.outcome()).toMatchObject({ code: 0, stdout: `connected\n${CLIENTS}\n` });
  } finally {
    herd.signal("SIGKILL");
    await herd.exited;
  }
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: CLIENTS, closed: { "client-closed": CLIENTS } });
}

async function serveDuringFlood(subject: Subject): Promise<void> {
  await using server = await subject.start({
    wrapper: inOwnNetwork(WITH_COOKIES),
    args: ["--backlog", String(CLIENTS)],
  });
  // Answers to these addresses are lost.
  configure(server, "ip route add 10.9.0.0/16 dev lo");
  const flood = startBeside(server, FLOOD_PROGRAM);
  const others: TestProgram[] = [];
  try {
    await until(() => readTcpCounter(server, "SyncookiesSent") > 0, "the queue is full", START_BOUND_MS);
    others.push(startBeside(server, ASKER_PROGRAM, String(FLOODED_MESSAGES)));
    others.push(startBeside(server, HERD_PROGRAM, String(CLIENTS)));
    const [asker, herd] = await Promise.all(others.map((program) => program.outcome()));
    expect(asker).toMatchObject({ code: 0, stdout: `${FLOODED_MESSAGES}\n` });
    expect(herd).toMatchObject({ code: 0, stdout: `${CLIENTS}\n` });
    expect(flood.isRunning, flood.stderr).toBe(true);
  } finally {
    for (const program of [flood, ...others]) program.signal("SIGKILL");
    await Promise.all([flood, ...others].map(({ exited }) => exited));
  }
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: CLIENTS + 1, closed: { "client-closed": CLIENTS + 1 } });
}

function startInOwnNetwork(subject: Subject, backlog: number): Promise<ServerProcess> {
  const settings = { ...WITHOUT_COOKIES, "core/somaxconn": backlog };
  const args = [...subject.argsForMany, "--backlog", String(backlog)];
  return subject.start({ wrapper: inOwnNetwork(settings), args });
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
    await until(isQueued, "all have knocked", SIZED_BOUND_MS);
    server.kill("SIGCONT");
    expect(await herd.outcome(SIZED_BOUND_MS)).toMatchObject({ code: 0, stdout: `${clients}\n` });
  } finally {
    herd.signal("SIGKILL");
    await herd.exited;
  }
}
