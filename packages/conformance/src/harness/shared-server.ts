import { descriptors } from "@c10k-lab/process";
import { until } from "@c10k-lab/process/testing";
import { afterAll, beforeAll } from "vitest";
import { expectCleanEnd, expectGoodEnd } from "./expectations.ts";
import type { Ended, ServerProcess, StartOptions } from "./server-process.ts";
import type { Subject } from "./subject.ts";

/** Descriptors that the runtime may open by itself, for look-ups of names. */
const DESCRIPTORS_SPARE = 10;

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

/**
 * Keeps servers for cases that run at the same time: each case has one to itself, and the next one gets it when the case has
 * passed and the server has closed its connections. In the end the ledgers of each server must agree.
 *
 * @returns a function that lends a server for the time of a case
 */
export function poolServers(
  subject: Subject,
  options?: StartOptions,
): (use: (server: ServerProcess) => Promise<void>) => Promise<void> {
  const idle: ServerProcess[] = [];
  afterAll(async () => {
    await using all = new AsyncDisposableStack();
    for (const server of idle) all.use(server);
    for (const server of idle) expectGoodEnd(await server.stop());
  });
  return async (use) => {
    const server = idle.pop() ?? (await subject.start(options));
    try {
      const before = countDescriptors(server);
      await use(server);
      const isClosed = () => countDescriptors(server) <= before + DESCRIPTORS_SPARE;
      await until(isClosed, "the server has closed the connections of the case");
      idle.push(server);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  };
}

function countDescriptors({ pid }: ServerProcess): number {
  return descriptors(pid).length;
}
