import { isAlive } from "@c10k-lab/process";
import { expect } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectLedgersAgree } from "../../harness/expectations.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";

/** One error of each kind, which strace(1) injects: of the server, of the connection, and of neither. */
const ERRORS = ["EMFILE", "ECONNABORTED", "EINTR"];

export function injectionCases(subject: Subject): void {
  for (const error of ERRORS) {
    testWith("strace", `three failures of accept4(2) with ${error} cost no connection`, async () => {
      await using server = await subject.start({
        wrapper: injectErrors(`inject=accept4:error=${error}:when=2..4`),
      });
      using first = await Client.connect(server.port);
      expect(await first.answers()).toBe(true);
      const next = await Client.all(3, server.port);
      for (const client of next) expect(await client.answers()).toBe(true);
      expect(isAlive(server.pid)).toBe(true);
      expect(await first.answers()).toBe(true);
      for (const client of [first, ...next]) await client.finish();
      const ended = await server.stop();
      expect(ended.code, ended.stderr).toBe(0);
      expectLedgersAgree(ended);
      expect(ended.final).toMatchObject({ accepted: 4, acceptErrors: { [error]: 3 } });
    });
  }

  testWith("strace", "the server repeats recv(2) and send(2) after EINTR", async () => {
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

/** Returns the command of strace(1) with its injections; it traces only the calls it injects into. */
function injectErrors(...injections: string[]): string[] {
  const calls = injections.map((injection) => /inject=(\w+)/.exec(injection)?.[1]).join(",");
  const expressions = [`trace=${calls}`, ...injections].flatMap((expression) => ["-e", expression]);
  return ["strace", "-f", "-q", "--seccomp-bpf", "-o", "/dev/null", ...expressions];
}
