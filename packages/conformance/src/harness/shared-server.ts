import { afterAll, beforeAll } from "vitest";
import { expectCleanEnd } from "./expectations.ts";
import type { Ended, ServerProcess, StartOptions } from "./server-process.ts";
import type { Subject } from "./subject.ts";

/**
 * One server for the cases of a group that do not look at its totals; its books must balance when they are through.
 *
 * @param verify what else must be true of it at its end
 */
export function sharedServer(
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
