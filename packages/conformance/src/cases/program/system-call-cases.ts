import { randomBytes } from "node:crypto";
import { pause, untilStable } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd } from "../../harness/expectations.ts";
import { bytesTaken } from "../../harness/live.ts";
import { readMetrics, systemCalls } from "../../harness/metrics.ts";
import { line } from "../../harness/patterns.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";
import { type SystemCall, trace } from "../../harness/trace.ts";

const CLIENTS = 8;
const ROUNDS = 20;
const REFUSED = 3;
const MiB = 2 ** 20;
/** By --no-delay: what is set of TCP sockets in a server's whole life. Accepted ones inherit it: test/listener.test.ts. */
const OPTIONS_SET = {
  on: ["SO_REUSEADDR", "SO_OOBINLINE", "TCP_NODELAY"],
  off: ["SO_REUSEADDR", "SO_OOBINLINE"],
};

export function systemCallCases(subject: Subject): void {
  testWith("strace", "the system calls of the final line are those strace(1) saw, one for one", async () => {
    const args = [...subject.args, "--max-connections", String(CLIENTS)];
    const { calls: seen, ended } = await trace(subject.main, talk, { args, namesDescriptors: true });
    const calls = withoutRestarted(seen);
    expect(ended.final?.calls).toEqual(counted(calls));
    expect(ended.final?.descriptorsScanned).toBe(descriptorsScanned(calls));
    // A short message is one send(2); of the long one a send(2) may take a part.
    expect(ended.final?.calls.send).toBeGreaterThanOrEqual(CLIENTS * ROUNDS + 1);
    expect(ended.final).toMatchObject({ accepted: CLIENTS + REFUSED, refused: REFUSED });
  });

  test("while it can do nothing for any client it makes no system call", async () => {
    await using server = await subject.start({ args: ["--metrics-port", "0", "--drain-timeout", "100ms"] });
    using idle = await Client.connect(server.port);
    expect(await idle.answers()).toBe(true);
    // Neither reads: one goes on sending, of the other even the FIN has come or will.
    const [flooding, leaving] = await Client.all(2, server.port, { paused: true });
    flooding?.socket.write(randomBytes(16 * MiB));
    leaving?.socket.end(randomBytes(16 * MiB));
    await untilStable(() => bytesTaken(server));
    const before = systemCalls(await readMetrics(server));
    await pause(1000);
    expect(systemCalls(await readMetrics(server))).toEqual(before);
    for (const client of [idle, flooding, leaving]) client?.socket.destroy();
    await expectCleanEnd(server);
  });

  testWith("strace", "--backlog is what listen(2) is asked for", async () => {
    const { calls } = await trace(subject.main, async () => {}, {
      args: [...subject.args, "--backlog", "7"],
    });
    expect(calls.filter(({ text }) => /^listen\(\d+, 7\)/.test(text))).toHaveLength(1);
  });

  for (const [given, options] of Object.entries(OPTIONS_SET)) {
    testWith(
      "strace",
      `--no-delay ${given} costs the listener a setsockopt(2) or none, a connection none`,
      async () => {
        const args = [...subject.args, "--no-delay", given, "--max-connections", String(CLIENTS)];
        const { calls } = await trace(subject.main, talk, { args, namesDescriptors: true });
        const set = calls.map(
          ({ text }) => /^setsockopt\(\d+<TCP[^>]*>, SOL_\w+, (\w+), \[1\]/.exec(text)?.[1],
        );
        expect(set.filter((option) => option !== undefined)).toEqual(options);
      },
    );
  }
}

/** Short messages, one too long for a buffer, clients that are refused. */
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
 * A signal for the process may interrupt threads that do not handle it; the kernel then makes their call again, without
 * the program's knowledge.
 */
function withoutRestarted(calls: readonly SystemCall[]): SystemCall[] {
  const begun = new Map<number, SystemCall>();
  const restarted = new Set<SystemCall | undefined>();
  for (const call of calls) {
    if (!call.text.startsWith("<...")) begun.set(call.thread, call);
    if (call.text.includes("= ? ERESTART")) restarted.add(begun.get(call.thread));
  }
  return calls.filter((call) => !restarted.has(call));
}

/** By the names of the final line. Node's own epoll instances and what it may ask a name server are left out. */
function counted(calls: readonly SystemCall[]) {
  const count = (start: RegExp) => calls.filter(({ text }) => start.test(text)).length;
  const poller = epollOfListener(calls);
  return {
    accept: count(/^accept4?\(/),
    recv: count(/^recvfrom\(\d+<TCP/),
    send: count(/^sendto\(\d+<TCP/),
    wait: count(/^p?select6?\(/) + (poller === undefined ? 0 : count(startOf("epoll_p?wait", poller))),
    control: poller === undefined ? 0 : count(startOf("epoll_ctl", poller)),
  };
}

function startOf(call: string, epfd: string): RegExp {
  return new RegExp(`^${call}\\(${epfd}<`);
}

/** Descriptor of the epoll instance that watches TCP sockets: Node has none of those here. */
function epollOfListener(calls: readonly SystemCall[]): string | undefined {
  const added = /^epoll_ctl\((\d+)<[^>]*>, EPOLL_CTL_ADD, \d+<TCP/;
  return calls.map(({ text }) => added.exec(text)?.[1]).find((epfd) => epfd !== undefined);
}

/** The sum of select(2)'s first arguments. */
function descriptorsScanned(calls: readonly SystemCall[]): number {
  return calls.reduce((sum, { text }) => sum + Number(/^p?select6?\((\d+),/.exec(text)?.[1] ?? 0), 0);
}
