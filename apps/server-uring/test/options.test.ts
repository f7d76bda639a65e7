import { join } from "node:path";
import { Client, conformance, expectCleanEnd, ServerProcess } from "@c10k-lab/conformance";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "../src/main.ts");
const CLIENTS = 60;

/** Fewer operations, completions and buffers than connections: rings overflow and buffers run out all the time. */
const TINY = ["--entries", "8", "--completions", "8", "--buffers", "2"];

conformance("server-uring with tiny rings", main, {
  args: TINY,
  groups: ["echo", "half-close", "churn", "shutdown"],
  hasCallPerMessage: false,
});

test("with rings smaller than the number of clients every client is served, also after reconnecting", async () => {
  await using server = await ServerProcess.start(main, { args: TINY });
  for (let generation = 0; generation < 3; generation++) {
    const clients = await Client.all(CLIENTS, server.port);
    for (let round = 0; round < 10; round++) {
      expect(await Promise.all(clients.map((client) => client.answers()))).not.toContain(false);
    }
    for (const client of clients) await client.finish();
  }
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: 3 * CLIENTS, requests: 30 * CLIENTS, staleEvents: 0 });
});
