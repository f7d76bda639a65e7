import { status } from "@c10k-lab/process";
import { mainOf, SIZED_BOUND_MS, SIZES, TestProgram } from "@c10k-lab/process/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd, expectSameBytes } from "../../harness/expectations.ts";
import { line } from "../../harness/patterns.ts";
import { shareServer } from "../../harness/shared-server.ts";
import type { Subject } from "../../harness/subject.ts";

const MiB = 2 ** 20;
const { messageMiB: MESSAGE_MIB } = SIZES.C7;
const { chunkings: CHUNKINGS, lineMiB: LINE_MIB } = SIZES.S18;
/** Growth of a server while most of a line passes, KiB. A server that kept the line would grow by 48 MiB or more. */
const MOST_GROWTH_KIB = 16 * 1024;

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

  test(
    `S18, E1: one line of ${LINE_MIB} MiB is one request, and takes no memory`,
    () => echoLongLine(subject),
    SIZED_BOUND_MS,
  );

  test(
    `C7 the load client gets a message of ${MESSAGE_MIB} MiB back`,
    () => echoToLoadClient(subject),
    SIZED_BOUND_MS,
  );

  test(
    `S18 any bytes in any chunks come back, ${CHUNKINGS} times`,
    async () => {
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
        { numRuns: CHUNKINGS },
      );
    },
    SIZED_BOUND_MS,
  );

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

/** Sends all of the line but its newline, piece by piece, while it comes back. */
async function echoLongLine(subject: Subject): Promise<void> {
  await using server = await subject.start();
  using client = await Client.connect(server.port);
  const piece = line(MiB).fill("x", MiB - 1);
  const echoPiece = async () => expectSameBytes(await client.echo(piece), piece);
  // Buffers and compiled code take their memory with the first quarter.
  for (let at = 0; at < LINE_MIB / 4; at++) await echoPiece();
  const before = status(server.pid, "VmRSS");
  for (let at = LINE_MIB / 4; at < LINE_MIB; at++) await echoPiece();
  expect(status(server.pid, "VmRSS") - before, "growth in KiB").toBeLessThan(MOST_GROWTH_KIB);
  expect(await client.answers("\n")).toBe(true);
  await client.finish();
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ requests: 1, bytesSent: LINE_MIB * MiB + 1 });
}

/** The client sends and reads at the same time: both sides would block if it sent all of a message before it read. */
async function echoToLoadClient(subject: Subject): Promise<void> {
  await using server = await subject.start();
  const load = ["--connections", "1", "--size", `${MESSAGE_MIB}MiB`, "--repeat", "1"];
  const args = ["--port", String(server.port), ...load];
  const client = await new TestProgram({ program: mainOf("client"), args }).outcome(SIZED_BOUND_MS);
  expect(client.code, client.stderr).toBe(0);
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({
    accepted: 1,
    bytesReceived: MESSAGE_MIB * MiB,
    bytesSent: MESSAGE_MIB * MiB,
  });
}
