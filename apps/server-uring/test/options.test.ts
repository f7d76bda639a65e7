import { join } from "node:path";
import { Client, conformance, expectCleanEnd, ServerProcess } from "@c10k-lab/conformance";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "../src/main.ts");
const CLIENTS = 60;
const CROWD = 500;
/** 133 when receives that find no buffer are written before the sends that give buffers back, 14 when after them. */
const MOST_COMPLETIONS = 30;

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

test(`${CROWD} clients share a few buffers at the cost of ${MOST_COMPLETIONS} completions a message at most`, async () => {
  await using server = await ServerProcess.start(main, { args: TINY });
  const clients = await Client.serve(CROWD, server.port);
  for (let round = 0; round < 10; round++) {
    // All are ready when the server continues.
    await server.freeze();
    const answers = clients.map((client) => client.answers());
    server.kill("SIGCONT");
    expect(await Promise.all(answers)).not.toContain(false);
  }
  for (const client of clients) await client.finish();
  const { final } = await expectCleanEnd(server);
  expect(final?.requests).toBe(11 * CROWD);
  expect(final?.events).toBeLessThan(MOST_COMPLETIONS * 11 * CROWD);
});
