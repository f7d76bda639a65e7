import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  ATTACHING,
  Client,
  expectCleanEnd,
  expectLedgersAgree,
  FailingCalls,
  ServerProcess,
  testWith,
} from "@c10k-lab/conformance";
import { descriptors, threads } from "@c10k-lab/process";
import { SIZED_BOUND_MS, SIZES, until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "../src/main.ts");
const CLIENTS = 50;
/** Listener and stop request. */
const OWN = 2;

/** Returns the numbers of descriptors in the epoll sets of a process, Node's own among them. */
function countRegistrations(pid: number): number[] {
  const folder = `/proc/${pid}/fdinfo`;
  return readdirSync(folder).map((fd) => {
    try {
      return readFileSync(join(folder, fd), "utf8").match(/^tfd:/gm)?.length ?? 0;
    } catch {
      // It was closed meanwhile.
      return 0;
    }
  });
}

test("E3 the epoll set holds the open connections and no other, after clients have left and come", async () => {
  await using server = await ServerProcess.start(main);
  const clients = await Client.all(CLIENTS, server.port);
  for (const client of clients) expect(await client.answers()).toBe(true);
  expect(countRegistrations(server.pid)).toContain(CLIENTS + OWN);
  const [polite = [], rude = [], staying = []] = [0, 1, 2].map((group) =>
    clients.filter((_, at) => at % 3 === group),
  );
  for (const client of polite) await client.finish();
  for (const client of rude) client.socket.resetAndDestroy();
  await until(
    () => countRegistrations(server.pid).includes(staying.length + OWN),
    "only those who stay are in the set",
  );
  const next = await Client.all(CLIENTS, server.port);
  for (const client of [...next, ...staying]) expect(await client.answers()).toBe(true);
  expect(countRegistrations(server.pid)).toContain(CLIENTS + staying.length + OWN);
  for (const client of [...next, ...staying]) await client.finish();
  await expectCleanEnd(server);
});

const { failures: FAILURES } = SIZES.E4;

for (const error of ["ENOSPC", "ENOMEM"])
  testWith(
    ATTACHING,
    `E4 after ${error} of epoll_ctl(2) each of ${FAILURES} clients gets an end of file and refused-poller, others are served`,
    () => refuseUnwatched(error),
    SIZED_BOUND_MS,
  );

async function refuseUnwatched(error: string): Promise<void> {
  await using server = await ServerProcess.start(main);
  using staying = await Client.connect(server.port);
  expect(await staying.answers()).toBe(true);
  const before = descriptors(server.pid).length;
  {
    await using _ = await FailingCalls.inject(
      { thread: dataPlaneOf(server.pid) },
      "epoll_ctl",
      error,
      FAILURES,
    );
    for (let at = 0; at < FAILURES; at++) {
      using refused = await Client.connect(server.port);
      expect(await refused.readToEnd()).toHaveLength(0);
    }
    expect(await staying.answers()).toBe(true);
  }
  using next = await Client.connect(server.port);
  expect(await next.answers()).toBe(true);
  expect(countRegistrations(server.pid)).toContain(2 + OWN);
  await next.finish();
  await until(() => descriptors(server.pid).length <= before, "no descriptor of a refused client is left");
  await staying.finish();
  const ended = await server.stop();
  expect(ended.code, ended.stderr).toBe(0);
  expectLedgersAgree(ended);
  expect(ended.final).toMatchObject({
    accepted: FAILURES + 2,
    closed: { "refused-poller": FAILURES, "client-closed": 2 },
    acceptErrors: { [error]: FAILURES },
  });
}

/** Returns the thread of the data plane, which Node names. An error of the main thread's epoll_ctl(2) would end Node. */
function dataPlaneOf(pid: number): number {
  const name = (thread: number) => readFileSync(`/proc/${pid}/task/${thread}/comm`, "utf8").trim();
  const workers = threads(pid)
    .map(Number)
    .filter((thread) => name(thread) === "WorkerThread");
  expect(workers).toHaveLength(1);
  return workers[0] as number;
}
