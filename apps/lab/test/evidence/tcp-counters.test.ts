import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { expect, test } from "vitest";
import { readTcpCounters, tcpCountersSince } from "../../src/evidence/tcp-counters.ts";

test("the counters are the kernel's own and only rise", async () => {
  const before = readTcpCounters();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = new Socket().connect((server.address() as import("node:net").AddressInfo).port);
  await once(socket, "connect");
  socket.destroy();
  server.close();
  for (const value of Object.values(tcpCountersSince(before))) {
    expect(Number.isInteger(value)).toBe(true);
    expect(value).toBeGreaterThanOrEqual(0);
  }
  expect(Object.values(before).some((value) => value > 0)).toBe(true);
});
