import { test } from "vitest";
import type { BlackBoxCase } from "../../black-box/case.ts";
import { BLACK_BOX_CASES } from "../../black-box/catalogue.ts";
import { expectGoodEnd } from "../../harness/expectations.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import { poolServers } from "../../harness/shared-server.ts";
import type { Subject } from "../../harness/subject.ts";
import { Visit } from "../../probe/visit.ts";
import { ProcessTree, withDescendants } from "../../target/process-tree.ts";

const CASE_BOUND_MS = 120_000;
const OPTIONS = { args: ["--drain-timeout", "500ms"] };

/** Registers the cases that any echo server must pass. Afterwards the ledgers of the server must agree as well. */
export function blackBoxCases(subject: Subject): void {
  const borrow = poolServers(subject, OPTIONS);
  for (const one of BLACK_BOX_CASES) {
    const isAlone = one.endsServer || one.needsFreshServer;
    // Most of them wait for most of their time.
    test.concurrent(
      `${one.name}: ${one.demand}`,
      () => (isAlone ? checkAlone(subject, one) : borrow((server) => visit(server, one))),
      CASE_BOUND_MS,
    );
  }
}

async function visit({ port, pid }: ServerProcess, { check }: BlackBoxCase): Promise<void> {
  const processes = new ProcessTree(() => withDescendants([pid]));
  using visit = new Visit({ host: "127.0.0.1", port, processes });
  await check(visit);
}

async function checkAlone(subject: Subject, one: BlackBoxCase): Promise<void> {
  await using server = await subject.start(OPTIONS);
  await visit(server, one);
  expectGoodEnd(await (one.endsServer ? server.ended() : server.stop()));
}
