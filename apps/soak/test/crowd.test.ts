import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { descriptors } from "@c10k-lab/process";
import { expect, onTestFinished, test } from "vitest";
import { Crowd } from "../src/crowd.ts";

const CLIENTS = 85;

test("clients that are told to leave at any moment keep no descriptor", { timeout: 60_000 }, async () => {
  const server = await startEchoServer();
  const before = descriptors(process.pid).length;
  for (let delayMs = 1; delayMs <= 12; delayMs++) {
    const crowd = new Crowd((server.address() as AddressInfo).port);
    await expect.poll(() => crowd.connects, { interval: delayMs }).toBeGreaterThanOrEqual(CLIENTS);
    await crowd.leave();
    expect([...crowd.mistakes]).toEqual([]);
  }
  await expect.poll(() => descriptors(process.pid).length).toBeLessThanOrEqual(before);
});

async function startEchoServer(): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.on("error", () => {}).pipe(socket));
  onTestFinished(() => {
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}
