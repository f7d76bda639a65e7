import { afterAll, beforeAll } from "vitest";
import { expectCleanEnd } from "./expectations.ts";
import type { Ended, ServerProcess, StartOptions } from "./server-process.ts";
import type { Subject } from "./subject.ts";

/**
 * Starts one server for all cases of a group that do not check its totals. At its end its ledgers must agree.
 *
 * @param verify further checks at its end
 * @returns a function that returns the server
 */
export function shareServer(
  subject: Subject,
  options?: StartOptions,
  verify?: (ended: Ended) => void,
): () => ServerProcess {
  let server: ServerProcess | undefined;
  beforeAll(async () => {
    server = await subject.start(options);
  });
  afterAll(async () => {
    if (!server) return;
    await using ending = server;
    const ended = await expectCleanEnd(ending);
    verify?.(ended);
  });
  return () => {
    if (!server) throw new Error("the server did not start");
    return server;
  };
}
