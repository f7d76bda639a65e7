import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Client } from "@c10k-lab/conformance";
import { expect, test } from "vitest";

test("all who wait for the end of a client share one wait, so that a thousand senders wake up once", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = await Client.connect((server.address() as AddressInfo).port);
  const waits = new Set(Array.from({ length: 1000 }, () => client.untilClosed()));
  expect(waits.size).toBe(1);
  client.socket.destroy();
  await Promise.all(waits);
  expect(client.isClosed).toBe(true);
  expect(client.untilClosed()).toBe([...waits][0]);
  server.close();
});
