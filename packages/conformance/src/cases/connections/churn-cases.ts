import { randomBytes, randomInt } from "node:crypto";
import { readCsv } from "@c10k-lab/files";
import { descriptors, isAlive, threads } from "@c10k-lab/process";
import { SIZED_BOUND_MS, SIZES, until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd } from "../../harness/expectations.ts";
import type { Subject } from "../../harness/subject.ts";

const { resets: RESETS } = SIZES.S14;
const AT_ONCE = 25;
const { queued: QUEUED } = SIZES.S6;

export function churnCases(subject: Subject): void {
  test(
    `S14 ${RESETS} clients that reset in the middle of a stream leave one row each, no descriptor and no thread`,
    () => resetAll(subject),
    SIZED_BOUND_MS,
  );

  test(
    `S6 each of ${QUEUED} clients that reset before they are accepted gets a row`,
    () => resetWhileQueued(subject),
    SIZED_BOUND_MS,
  );

  test("S19, E2: no client receives a byte of another one while connections come and go", async () => {
    await using server = await subject.start();
    for (let round = 0; round < 30; round++) {
      await Promise.all(Array.from({ length: 20 }, () => comeAndGo(server.port)));
    }
    const { final } = await expectCleanEnd(server);
    expect(final).toMatchObject({ accepted: 600 });
  });
}

async function resetAll(subject: Subject): Promise<void> {
  await using server = await subject.start();
  using witness = await Client.connect(server.port);
  expect(await witness.answers()).toBe(true);
  // The first lookup of a host name starts libuv's threads.
  using first = await Client.connect(server.port);
  await first.finish();
  await until(
    async () => (await readCsv(server.stats)).rows.length === 1,
    "the row of the first client is written",
  );
  const before = { descriptors: descriptors(server.pid).length, threads: threads(server.pid).length };
  for (let round = 0; round < RESETS / AT_ONCE; round++) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => resetInTheMiddle(server.port)));
  }
  expect(isAlive(server.pid)).toBe(true);
  await until(
    () => descriptors(server.pid).length <= before.descriptors,
    "the server holds no more descriptors than before",
  );
  await until(
    () => threads(server.pid).length <= before.threads,
    "the server has no more threads than before",
  );
  expect(await witness.answers()).toBe(true);
  await witness.finish();
  const { rows } = await expectCleanEnd(server);
  expect(rows).toHaveLength(RESETS + 2);
  const reasons = Map.groupBy(rows, (row) => row.close_reason);
  expect(reasons.get("reset")?.length).toBe(RESETS);
  expect(reasons.get("client-closed")?.length).toBe(2);
}

async function resetWhileQueued(subject: Subject): Promise<void> {
  await using server = await subject.start();
  await server.freeze();
  const clients = await Client.all(QUEUED, server.port);
  for (const client of clients) client.socket.resetAndDestroy();
  await Promise.all(clients.map((client) => client.untilClosed()));
  server.kill("SIGCONT");
  using next = await Client.connect(server.port);
  expect(await next.answers()).toBe(true);
  await next.finish();
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: QUEUED + 1, closed: { reset: QUEUED, "client-closed": 1 } });
}

async function resetInTheMiddle(port: number): Promise<void> {
  const client = await Client.connect(port);
  client.socket.write(randomBytes(40_000));
  await client.read(randomInt(1, 30_000));
  client.socket.resetAndDestroy();
  await client.untilClosed();
}

/** Echoes bytes that only this client sends, in odd sizes, then ends with a FIN or a reset. */
async function comeAndGo(port: number): Promise<void> {
  using client = await Client.connect(port);
  const own = randomBytes(16);
  for (let turn = 0; turn < 4; turn++) {
    const bytes = Buffer.alloc(randomInt(1, 5000), own);
    expect((await client.echo(bytes)).equals(bytes), "a byte of another client").toBe(true);
  }
  if (randomInt(3) > 0) {
    expect(await client.finish()).toHaveLength(0);
  } else {
    client.socket.resetAndDestroy();
    await client.untilClosed();
  }
}
