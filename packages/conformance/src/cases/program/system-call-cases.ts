import { randomBytes } from "node:crypto";
import { pause, untilStable } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd } from "../../harness/expectations.ts";
import { countBytesTaken, pickSystemCalls, readMetrics } from "../../harness/monitoring.ts";
import { line } from "../../harness/patterns.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";
import { type SystemCall, trace } from "../../harness/trace.ts";

const CLIENTS = 8;
const ROUNDS = 20;
const REFUSED = 3;
const MiB = 2 ** 20;
/** Options that a server sets on TCP sockets in its whole life, by --no-delay. Accepted sockets inherit them. */
const OPTIONS_SET = {
  on: ["SO_REUSEADDR", "SO_OOBINLINE", "TCP_NODELAY", "SO_KEEPALIVE"],
  off: ["SO_REUSEADDR", "SO_OOBINLINE", "SO_KEEPALIVE"],
};
/** An io_uring_enter(2) of the server. The ring of Node's own event loop is entered without a time-out. */
const URING_WAIT = /^io_uring_enter\(.*IORING_ENTER_EXT_ARG/;
/** A poll(2) of the server's list with the number of its entries. Node and the C library poll lists without TCP sockets. */
const POLL_OF_LISTENER = /^p?poll\(\[\{fd=\d+<(?:TCP|anon_inode).*\], (\d+), /;

export function systemCallCases(subject: Subject): void {
  testWith("strace", "the final line counts exactly the system calls that strace(1) saw", async () => {
    const args = [...subject.args, "--max-connections", String(CLIENTS)];
    const { calls: seen, ended } = await trace(subject.main, talk, { args, namesDescriptors: true });
    const calls = dropRestarted(seen);
    expect(ended.final?.calls).toEqual(countCalls(calls));
    expect(ended.final?.descriptorsScanned).toBe(sumDescriptorsScanned(calls));
    // A short message costs one send(2). The long one may cost several, because a send(2) may take a part.
    const leastSends = subject.hasCallPerMessage ? CLIENTS * ROUNDS + 1 : 0;
    expect(ended.final?.calls.send).toBeGreaterThanOrEqual(leastSends);
    expect(ended.final).toMatchObject({ accepted: CLIENTS + REFUSED, refused: REFUSED });
  });

  test("a server that can do nothing for any client makes no system call", async () => {
    // While a client does not read, a server with a stall timeout looks now and then whether it is over.
    const args = ["--metrics-port", "0", "--drain-timeout", "100ms", "--stall-timeout", "0s"];
    await using server = await subject.start({ args });
    using idle = await Client.connect(server.port);
    expect(await idle.answers()).toBe(true);
    // Neither client reads: one keeps sending, the other has sent its FIN.
    const [flooding, leaving] = await Client.all(2, server.port, { paused: true });
    flooding?.socket.write(randomBytes(16 * MiB));
    leaving?.socket.end(randomBytes(16 * MiB));
    await untilStable(() => countBytesTaken(server));
    const before = pickSystemCalls(await readMetrics(server));
    await pause(1000);
    expect(pickSystemCalls(await readMetrics(server))).toEqual(before);
    for (const client of [idle, flooding, leaving]) client?.socket.destroy();
    await expectCleanEnd(server);
  });

  testWith("strace", "the server passes --backlog to listen(2)", async () => {
    const { calls } = await trace(subject.main, async () => {}, {
      args: [...subject.args, "--backlog", "7"],
    });
    expect(calls.filter(({ text }) => /^listen\(\d+, 7\)/.test(text))).toHaveLength(1);
  });

  for (const [given, options] of Object.entries(OPTIONS_SET)) {
    testWith(
      "strace",
      `with --no-delay ${given} the server sets ${options.join(", ")} once and nothing per connection`,
      async () => {
        const args = [...subject.args, "--no-delay", given];
        const { calls } = await trace(subject.main, sayOneLine, { args, namesDescriptors: true });
        const set = calls.map(
          ({ text }) => /^setsockopt\(\d+<TCP[^>]*>, SOL_\w+, (\w+), \[1\]/.exec(text)?.[1],
        );
        expect(set.filter((option) => option !== undefined)).toEqual(options);
      },
    );
  }
}

async function sayOneLine({ port }: ServerProcess): Promise<void> {
  for (const client of await Client.all(CLIENTS, port)) {
    expect(await client.answers()).toBe(true);
    await client.finish();
  }
}

/** Sends short messages and one longer than a buffer, and connects clients that the server refuses. */
async function talk({ port }: ServerProcess): Promise<void> {
  const clients = await Client.all(CLIENTS, port);
  for (const client of clients) {
    for (let round = 0; round < ROUNDS; round++) expect(await client.answers()).toBe(true);
  }
  const long = line(MiB);
  expect((await clients[0]?.echo(long))?.equals(long)).toBe(true);
  for (let refused = 0; refused < REFUSED; refused++) {
    using client = await Client.connect(port);
    expect(await client.readToEnd()).toHaveLength(0);
  }
  for (const client of clients) await client.finish();
}

/**
 * Removes calls that the kernel restarted: a signal may interrupt threads that do not handle it, and the kernel repeats
 * their call without the program's knowledge. A call that ends with ERESTARTNOHAND, such as select(2), or with
 * ERESTART_RESTARTBLOCK, such as poll(2), is not restarted when its own thread runs the handler: it returns EINTR, and the
 * program counts it.
 */
function dropRestarted(calls: readonly SystemCall[]): SystemCall[] {
  const begun = new Map<number, SystemCall>();
  const restarted = new Set<SystemCall | undefined>();
  let interrupted: SystemCall | undefined;
  for (const call of calls) {
    const { thread, text } = call;
    if (text.startsWith("--- SIGTERM") && begun.get(thread) === interrupted) restarted.delete(interrupted);
    if (!text.startsWith("<...")) begun.set(thread, call);
    if (!text.includes("= ? ERESTART")) continue;
    restarted.add(begun.get(thread));
    if (/ERESTARTNOHAND|ERESTART_RESTARTBLOCK/.test(text)) interrupted = begun.get(thread);
  }
  return calls.filter((call) => !restarted.has(call));
}

/** Counts calls by the names of the final line, without Node's own epoll instances and name-server sockets. */
function countCalls(calls: readonly SystemCall[]) {
  const count = (start: RegExp) => calls.filter(({ text }) => start.test(text)).length;
  const poller = findEpollOfListener(calls);
  return {
    accept: count(/^accept4?\(/),
    recv: count(/^recvfrom\(\d+<TCP/),
    send: count(/^sendto\(\d+<TCP/),
    wait:
      count(/^p?select6?\(/) +
      count(POLL_OF_LISTENER) +
      count(URING_WAIT) +
      (poller === undefined ? 0 : count(matchStart("epoll_p?wait", poller))),
    control: poller === undefined ? 0 : count(matchStart("epoll_ctl", poller)),
  };
}

function matchStart(call: string, epfd: string): RegExp {
  return new RegExp(`^${call}\\(${epfd}<`);
}

/** Returns the descriptor of the epoll instance that watches TCP sockets; Node's own watches none here. */
function findEpollOfListener(calls: readonly SystemCall[]): string | undefined {
  const added = /^epoll_ctl\((\d+)<[^>]*>, EPOLL_CTL_ADD, \d+<TCP/;
  return calls.map(({ text }) => added.exec(text)?.[1]).find((epfd) => epfd !== undefined);
}

/** Returns the sum of the numbers of descriptors passed to select(2) and poll(2). */
function sumDescriptorsScanned(calls: readonly SystemCall[]): number {
  return calls.reduce((sum, { text }) => {
    const found = /^p?select6?\((\d+),/.exec(text) ?? POLL_OF_LISTENER.exec(text);
    return sum + Number(found?.[1] ?? 0);
  }, 0);
}
