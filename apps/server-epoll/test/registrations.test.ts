import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client, expectCleanEnd, ServerProcess } from "@c10k-lab/conformance";
import { until } from "@c10k-lab/process/testing";
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
