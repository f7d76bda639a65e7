import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client, expectCleanEnd, expectLedgersAgree, ServerProcess, testWith } from "@c10k-lab/conformance";
import { status, threads } from "@c10k-lab/process";
import { SIZED_BOUND_MS, SIZES, until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { contract } from "../src/contract.ts";

const main = join(import.meta.dirname, "../src/main.ts");
const { blocked: BLOCKED } = SIZES.T2;
const { visits: VISITS } = SIZES.T5;
/** Connections after which the memory of names, rows and compiled code has its size. */
const WARM_UP = 300;
/** The C library reserves 64 MiB of addresses for a further thread that allocates: as many as a thousand stacks (mallopt(3)). */
const ONE_ARENA = ["env", "MALLOC_ARENA_MAX=1"];
/** The control plane's garbage would hide what stays: it grew by 90 MiB in 160,000 connections before V8 collected it. */
const COLLECTABLE = [
  ...ONE_ARENA,
  `NODE_OPTIONS=--import=${new URL("./collect-garbage.ts", import.meta.url).href}`,
];
/** Growth of memory and of addresses. A stack that stays costs 8 KiB of the one and 68 KiB of the other. */
const MOST_GROWTH_KIB = 32 * 1024;
const NOBODY = "65534";
const AS_NOBODY =
  process.getuid?.() === 0 ? ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"] : [];

test("the listening line carries name and traits of the contract", async () => {
  await using server = await ServerProcess.start(main);
  expect(server.listening).toMatchObject({ server: contract.server, traits: contract.traits });
  await expectCleanEnd(server);
});

test("T4 each connection has a thread that blocks in recv(2) with all signals blocked and ends with the connection", async () => {
  await using server = await ServerProcess.start(main);
  const before = new Set(threads(server.pid));
  const clients = await Client.all(50, server.port);
  for (const client of clients) expect(await client.answers()).toBe(true);
  const own = () => threads(server.pid).filter((thread) => !before.has(thread));
  expect(own()).toHaveLength(50);
  await until(
    () => own().every((thread) => systemCall(server.pid, thread) === RECVFROM),
    "all 50 sleep in recv(2)",
  );
  for (const thread of own()) expect(blocksSignals(server.pid, thread), `signals of ${thread}`).toBe(true);
  const half = clients.splice(0, 25);
  for (const client of half) await client.finish();
  await until(() => own().length <= 25, "25 threads have ended");
  for (const client of clients) expect(await client.answers()).toBe(true);
  for (const client of clients) await client.finish();
  await until(() => own().length === 0, "the others have ended");
  await expectCleanEnd(server);
});

test("1,000 connections have 1,000 threads, and all threads end", async () => {
  await using server = await ServerProcess.start(main);
  const clients: Client[] = [];
  for (let at = 0; at < 10; at++) clients.push(...(await Client.all(100, server.port)));
  for (const client of clients) expect(await client.answers()).toBe(true);
  expect(threads(server.pid).length).toBeGreaterThan(1000);
  const ends = clients.map((client) => client.finish());
  await Promise.all(ends);
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ peak: 1000, closed: { "client-closed": 1000 } });
});

test(
  `T2 SIGTERM ends ${BLOCKED} threads that are blocked in recv(2)`,
  async () => {
    await using server = await ServerProcess.start(main, { args: ["--drain-timeout", "2m"] });
    const clients = await Client.serve(BLOCKED, server.port);
    expect(threads(server.pid).length).toBeGreaterThan(BLOCKED);
    const ends = clients.map(async (client) => {
      await client.readToEnd();
      client.socket.end();
    });
    const ended = await server.stop();
    await Promise.all(ends);
    expect(ended.code, ended.stderr).toBe(0);
    expectLedgersAgree(ended);
    expect(ended.final).toMatchObject({ accepted: BLOCKED, closed: { drained: BLOCKED } });
  },
  SIZED_BOUND_MS,
);

test(
  `T5 ${VISITS} connections, one after the other, leave no thread and no memory`,
  visitOneByOne,
  SIZED_BOUND_MS,
);

test("the smallest --stack-size is large enough to serve", async () => {
  await using server = await ServerProcess.start(main, {
    args: ["--stack-size", "32KiB", "--idle-timeout", "20s"],
  });
  const bytes = Buffer.alloc(2 ** 20, "all of the buffer is used\n");
  const clients = await Client.all(20, server.port);
  for (const client of clients) expect((await client.echo(bytes)).equals(bytes)).toBe(true);
  for (const client of clients) await client.finish();
  await expectCleanEnd(server);
});

test.each([
  ["64 KiB by default", [], 0, 50],
  ["as large as --stack-size", ["--stack-size", "8MiB"], 400, 500],
])("a connection's stack is %s", async (_, args, leastMiB, mostMiB) => {
  await using server = await ServerProcess.start(main, { args, wrapper: ONE_ARENA });
  const before = status(server.pid, "VmSize");
  const clients = await Client.all(50, server.port);
  for (const client of clients) expect(await client.answers()).toBe(true);
  const grownMiB = (status(server.pid, "VmSize") - before) / 1024;
  expect(grownMiB).toBeGreaterThanOrEqual(leastMiB);
  expect(grownMiB).toBeLessThan(mostMiB);
  for (const client of clients) await client.finish();
  await expectCleanEnd(server);
});

testWith(
  "prlimit",
  "T1 when no thread can be started a client gets an end of file and refused-thread, and a thread that ends makes room",
  async () => {
    await using server = await startUnprivileged();
    const live = await Client.all(5, server.port);
    for (const client of live) expect(await client.answers()).toBe(true);
    limitThreads(server.pid, 3);

    const crowd: Client[] = [];
    for (let at = 0; at < 30; at++) crowd.push(await Client.connect(server.port));
    await until(
      () => crowd.filter(({ isOver }) => isOver).length >= 27,
      "the clients without a thread get an end of file",
    );
    for (const client of crowd) expect(client.error).toBeUndefined();
    for (const client of live) expect(await client.answers()).toBe(true);
    const served = crowd.filter(({ isOver }) => !isOver);
    expect(served).toHaveLength(3);
    for (const client of served) expect(await client.answers()).toBe(true);

    const [leaving, ...staying] = live;
    await leaving?.finish();
    let next = await Client.connect(server.port);
    await until(async () => {
      const isServed = await next.answers().catch(() => false);
      if (!isServed) next = await Client.connect(server.port);
      return isServed;
    }, "a further client gets the free thread");
    for (const client of [next, ...staying, ...served]) await client.finish();
    const ended = await server.stop();
    expect(ended.code, ended.stderr).toBe(0);
    expectLedgersAgree(ended);
    expect(ended.final?.refused).toBeGreaterThanOrEqual(27);
    expect(ended.final?.closed["refused-thread"]).toBe(ended.final?.refused);
    expect(ended.final?.acceptErrors).toEqual({ EAGAIN: ended.final?.refused });
  },
);

testWith(
  "prlimit",
  "a server that may start no further thread writes its rows, looks up names and ends in order",
  async () => {
    await using server = await startUnprivileged();
    limitThreads(server.pid, 0);
    const clients: Client[] = [];
    for (let at = 0; at < 5; at++) clients.push(await Client.connect(server.port));
    await until(() => clients.every(({ isOver }) => isOver), "all clients get an end of file");
    await until(
      () => readFileSync(server.stats, "utf8").split("refused-thread").length === 6,
      "all rows are written",
    );
    const { code, final } = await server.stop();
    expect(code).toBe(0);
    expect(final?.closed["refused-thread"]).toBe(5);
  },
);

async function visitOneByOne(): Promise<void> {
  await using server = await ServerProcess.start(main, { wrapper: COLLECTABLE });
  for (let at = 0; at < WARM_UP; at++) await visit(server.port);
  const before = await measureMemory(server);
  for (let at = 0; at < VISITS; at++) await visit(server.port);
  await until(() => threads(server.pid).length <= before.threads, "all threads have ended");
  const after = await measureMemory(server);
  expect(after.residentKiB - before.residentKiB, "growth in KiB").toBeLessThan(MOST_GROWTH_KIB);
  expect(after.virtualKiB - before.virtualKiB, "growth of addresses in KiB").toBeLessThan(MOST_GROWTH_KIB);
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({
    accepted: WARM_UP + VISITS,
    closed: { "client-closed": WARM_UP + VISITS },
  });
}

/** Returns what a server has without its garbage. */
async function measureMemory(server: ServerProcess) {
  const before = server.stderr.length;
  server.kill("SIGWINCH");
  await until(() => server.stderr.includes("garbage is collected", before), "garbage is collected");
  return {
    threads: threads(server.pid).length,
    residentKiB: status(server.pid, "VmRSS"),
    virtualKiB: status(server.pid, "VmSize"),
  };
}

async function visit(port: number): Promise<void> {
  using client = await Client.connect(port);
  expect(await client.answers()).toBe(true);
  await client.finish();
}

// x86-64 and arm64, see syscall(2).
const RECVFROM = process.arch === "arm64" ? 207 : 45;

function systemCall(pid: number, thread: number): number {
  return Number.parseInt(readFileSync(`/proc/${pid}/task/${thread}/syscall`, "utf8"), 10);
}

/** Returns whether a thread blocks all signals, except SIGKILL, SIGSTOP and two of the C library, which it cannot. */
function blocksSignals(pid: number, thread: number): boolean {
  const hex = /^SigBlk:\s+(\w+)/m.exec(readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8"))?.[1];
  const blocked = BigInt(`0x${hex}`);
  const unblockable = [9, 19, 32, 33];
  for (let signal = 1; signal <= 64; signal++) {
    const isBlocked = ((blocked >> BigInt(signal - 1)) & 1n) === 1n;
    if (!isBlocked && !unblockable.includes(signal)) return false;
  }
  return true;
}

/** Starts the server as another user than root, to whom RLIMIT_NPROC does not apply. */
function startUnprivileged(): Promise<ServerProcess> {
  return ServerProcess.start(main, { wrapper: AS_NOBODY });
}

/** Limits a process to `more` further threads. The kernel counts the threads of all processes of its user. */
function limitThreads(pid: number, more: number): void {
  const uid = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  let count = 0;
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    count += countThreads(entry, uid);
  }
  const [command = "", ...args] = [...AS_NOBODY, "prlimit", "--pid", String(pid), `--nproc=${count + more}`];
  execFileSync(command, args);
}

/** Returns the number of threads of a process when it belongs to the user, else 0. */
function countThreads(pid: string, uid: string | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    if (/^Uid:\s+(\d+)/m.exec(status)?.[1] !== uid) return 0;
    return Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
