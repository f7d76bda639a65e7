import { isAlive } from "@c10k-lab/process";
import { SIZED_BOUND_MS, SIZES } from "@c10k-lab/process/testing";
import { expect } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectLedgersAgree } from "../../harness/expectations.ts";
import { ATTACHING, FailingCalls } from "../../harness/failing-calls.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";

/** Errors of accept4(2) that come and go, which strace(1) injects: of the process, of the system, of connections. */
export const PASSING_ERRORS = ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"];
/** Errors of the connection that accept4(2) would have returned: accept(2) says to treat them like EAGAIN. */
export const CONNECTION_ERRORS = [
  "EINTR",
  "ECONNABORTED",
  "EPROTO",
  "EPERM",
  "ENETDOWN",
  "ENOPROTOOPT",
  "EHOSTDOWN",
  "ENONET",
  "EHOSTUNREACH",
  "ENOTSUP", // the number of EOPNOTSUPP
  "ENETUNREACH",
  "ETIMEDOUT",
];

export function injectionCases(subject: Subject): void {
  for (const [row, errors, failures] of [
    ["S4", PASSING_ERRORS, SIZES.S4.failures],
    ["S5", CONNECTION_ERRORS, 3],
  ] as const) {
    const title = `${row} ${failures} failures of accept4(2) with each of ${errors.length} errors cost no connection`;
    testWith(ATTACHING, title, () => surviveFailures(subject, errors, failures), SIZED_BOUND_MS);
  }

  testWith("strace", "S7 the server waits again after EINTR of its waits", async () => {
    const waits = ["epoll_wait", "epoll_pwait", "select", "pselect6", "poll", "ppoll"];
    // Every third wait of a loop fails; the start of the process makes a few of these calls, too, and repeats them.
    await using server = await subject.start({
      wrapper: injectErrors(...waits.map((call) => `inject=${call}:error=EINTR:when=40+3`)),
    });
    using client = await Client.connect(server.port);
    for (let at = 0; at < 100; at++) expect(await client.answers(`${at}\n`)).toBe(true);
    await client.finish();
    const ended = await server.stop();
    expect(ended.code, ended.stderr).toBe(0);
    expectLedgersAgree(ended);
  });

  testWith("strace", "S7 the server repeats recv(2) and send(2) after EINTR", async () => {
    const calls = injectErrors("inject=recvfrom:error=EINTR:when=1+2", "inject=sendto:error=EINTR:when=1+2");
    await using server = await subject.start({ wrapper: calls });
    using client = await Client.connect(server.port);
    for (let at = 0; at < 20; at++) expect(await client.answers(`${at}\n`)).toBe(true);
    await client.finish();
    const ended = await server.stop();
    expect(ended.code, ended.stderr).toBe(0);
    expectLedgersAgree(ended);
  });
}

/** Lets accept4(2) of one server fail `failures` times with each error in turn, while three more clients connect. */
async function surviveFailures(subject: Subject, errors: readonly string[], failures: number): Promise<void> {
  await using server = await subject.start();
  using first = await Client.connect(server.port);
  expect(await first.answers()).toBe(true);
  for (const error of errors) {
    const injected = error === "ENOTSUP" ? "EOPNOTSUPP" : error;
    await using _ = await FailingCalls.inject(server, "accept4", injected, failures);
    const next = await Client.all(3, server.port);
    for (const client of next) expect(await client.answers(), error).toBe(true);
    expect(isAlive(server.pid), error).toBe(true);
    expect(await first.answers(), error).toBe(true);
    for (const client of next) await client.finish();
  }
  await first.finish();
  const ended = await server.stop();
  expect(ended.code, ended.stderr).toBe(0);
  expectLedgersAgree(ended);
  const acceptErrors = Object.fromEntries(errors.map((error) => [error, failures]));
  expect(ended.final).toMatchObject({ accepted: 1 + 3 * errors.length, acceptErrors });
}

/** Returns the command of strace(1) with its injections; it traces only the calls it injects into. */
function injectErrors(...injections: string[]): string[] {
  const calls = injections.map((injection) => /inject=(\w+)/.exec(injection)?.[1]).join(",");
  const expressions = [`trace=${calls}`, ...injections].flatMap((expression) => ["-e", expression]);
  return ["strace", "-f", "-q", "--seccomp-bpf", "-o", "/dev/null", ...expressions];
}
