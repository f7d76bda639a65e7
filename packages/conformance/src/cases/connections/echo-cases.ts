import fc from "fast-check";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd, expectSameBytes } from "../../harness/expectations.ts";
import { line } from "../../harness/patterns.ts";
import { shareServer } from "../../harness/shared-server.ts";
import type { Subject } from "../../harness/subject.ts";

const MiB = 2 ** 20;

export function echoCases(subject: Subject): void {
  const shared = shareServer(subject);

  test("a line comes back and counts as one request; text without a newline comes back and counts as none", async () => {
    await using server = await subject.start();
    using client = await Client.connect(server.port);
    expect((await client.echo("hello, world\n")).toString()).toBe("hello, world\n");
    expect((await client.echo("no newline")).toString()).toBe("no newline");
    await client.finish();
    const { rows } = await expectCleanEnd(server);
    expect(rows).toMatchObject([
      { requests: "1", bytes_received: "23", bytes_sent: "23", client_port: String(client.port) },
    ]);
  });

  test("one line of 64 MiB is one request", async () => {
    await using server = await subject.start();
    using client = await Client.connect(server.port);
    const bytes = line(64 * MiB);
    expectSameBytes(await client.echo(bytes), bytes);
    await client.finish();
    const { final } = await expectCleanEnd(server);
    expect(final).toMatchObject({ requests: 1, bytesSent: 64 * MiB });
  });

  test("any bytes in any chunks come back", async () => {
    const server = shared();
    const chunk = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.uint8Array({ minLength: 16_380, maxLength: 16_390, size: "max" }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 12 }), async (chunks) => {
        using client = await Client.connect(server.port);
        for (const bytes of chunks) client.socket.write(bytes);
        expectSameBytes(await client.finish(), Buffer.concat(chunks));
      }),
      { numRuns: 50 },
    );
  });

  test("a server on an IPv6 address echoes and writes the client's IPv6 address to the row", async () => {
    await using server = await subject.start({ args: ["--host", "::1"] });
    expect(server.listening.host).toBe("::1");
    using client = await Client.connect(server.port, { host: "::1" });
    expect(await client.answers()).toBe(true);
    await client.finish();
    const { rows } = await expectCleanEnd(server);
    expect(rows).toMatchObject([{ client_address: "::1", close_reason: "client-closed" }]);
  });
}
