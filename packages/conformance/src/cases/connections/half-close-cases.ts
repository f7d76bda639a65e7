import { randomBytes } from "node:crypto";
import { pause } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd, expectSameBytes } from "../../harness/expectations.ts";
import { shareServer } from "../../harness/shared-server.ts";
import type { Subject } from "../../harness/subject.ts";

const SIZES = [
  ["nothing", 0],
  ["one byte", 1],
  ["64 KiB", 2 ** 16],
  ["8 MiB", 2 ** 23],
] as const;

export function halfCloseCases(subject: Subject): void {
  const shared = shareServer(subject, {}, ({ rows }) => {
    for (const row of rows) expect(row.close_reason).toBe("client-closed");
  });

  for (const [words, size] of SIZES) {
    for (const delayMs of [0, 500]) {
      test(`a client that sends ${words} and a FIN, and reads ${delayMs} ms later, gets ${words} back and a FIN`, async () => {
        const server = shared();
        using client = await Client.connect(server.port, { paused: true });
        const bytes = randomBytes(size);
        client.socket.end(bytes);
        if (delayMs > 0) await pause(delayMs);
        expectSameBytes(await client.readToEnd(), bytes);
      });
    }
  }

  test("the server sees a FIN that arrives together with the last data", async () => {
    const server = shared();
    const clients = await Client.all(20, server.port);
    for (const client of clients) expect(await client.answers()).toBe(true);
    // The server is frozen until data and FIN have both arrived, so one event reports both.
    await server.freeze();
    for (const client of clients) client.socket.end("the last line\n");
    await Promise.all(clients.map((client) => untilFlushed(client)));
    server.kill("SIGCONT");
    for (const client of clients) expect((await client.readToEnd()).toString()).toBe("the last line\n");
  });

  test("the server sees data and FIN that arrived before it accepted the connection", async () => {
    const server = shared();
    await server.freeze();
    const clients = await Client.all(20, server.port);
    for (const [index, client] of clients.entries()) client.socket.end(Buffer.alloc(index * 1000, "x"));
    await Promise.all(clients.map((client) => untilFlushed(client)));
    server.kill("SIGCONT");
    for (const [index, client] of clients.entries())
      expect(await client.readToEnd()).toHaveLength(index * 1000);
  });

  test("a connection that closes without a byte gets a row", async () => {
    await using server = await subject.start();
    for (let at = 0; at < 10; at++) {
      using client = await Client.connect(server.port);
      expect(await client.finish()).toHaveLength(0);
    }
    const { rows } = await expectCleanEnd(server);
    expect(rows).toHaveLength(10);
    for (const row of rows)
      expect(row).toMatchObject({ requests: "0", bytes_received: "0", close_reason: "client-closed" });
  });
}

async function untilFlushed({ socket }: Client): Promise<void> {
  if (!socket.writableFinished) await new Promise((resolve) => socket.once("finish", resolve));
}
