import { expect, test } from "vitest";
import { BLACK_BOX_CASES } from "../../black-box/catalogue.ts";
import { expectLedgersAgree } from "../../harness/expectations.ts";
import type { Subject } from "../../harness/subject.ts";
import { Visit } from "../../probe/visit.ts";
import { ProcessTree, withDescendants } from "../../target/process-tree.ts";

const CASE_BOUND_MS = 120_000;

/** Registers the cases that any echo server must pass. Afterwards the ledgers of the server must agree as well. */
export function blackBoxCases(subject: Subject): void {
  for (const { name, demand, endsServer, check } of BLACK_BOX_CASES) {
    // Most of them wait for most of their time.
    test.concurrent(
      `${name}: ${demand}`,
      async () => {
        await using server = await subject.start({ args: ["--drain-timeout", "500ms"] });
        const { port, pid } = server;
        const processes = new ProcessTree(() => withDescendants([pid]));
        {
          using visit = new Visit({ host: "127.0.0.1", port, processes });
          await check(visit);
        }
        const ended = await (endsServer ? server.ended() : server.stop());
        expect(ended.code, ended.stderr).toBe(0);
        expectLedgersAgree(ended);
      },
      CASE_BOUND_MS,
    );
  }
}
