import { join } from "node:path";
import { Client, expectCleanEnd, ServerProcess } from "@c10k-lab/conformance";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "../src/main.ts");
const CLIENTS = 1100;

test("poll serves 1,100 clients, whose descriptor numbers exceed FD_SETSIZE, and refuses none", async () => {
  await using server = await ServerProcess.start(main);
  const clients: Client[] = [];
  while (clients.length < CLIENTS) {
    clients.push(...(await Client.all(Math.min(100, CLIENTS - clients.length), server.port)));
  }
  for (const client of clients) expect(await client.answers()).toBe(true);
  for (const client of clients) await client.finish();
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: CLIENTS, refused: 0, peak: CLIENTS });
});
