import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { status } from "@c10k-lab/process";
import { SIZED_BOUND_MS, SIZES, TestProgram, until, untilStable } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd, sum } from "../../harness/expectations.ts";
import { countBytesTaken } from "../../harness/monitoring.ts";
import type { ServerProcess } from "../../harness/server-process.ts";
import type { Subject } from "../../harness/subject.ts";

const MiB = 2 ** 20;
const PUMP = fileURLToPath(new URL("../../programs/pump.ts", import.meta.url));
const { deaf: DEAF } = SIZES.S11;
const { equals: EQUALS } = SIZES.S22;
const { ready: READY, batch: BATCH, idleMs: IDLE_MS } = SIZES.E5;
const LINE = Buffer.from("a line of sixty-four bytes, one of very many under way at once.\n");
/** Four turns of a loop: a server could serve one such client without limit. */
const MANY_LINES = 4096;
const PUMPED_BYTES = 128 * MiB;

export function fairnessCases(subject: Subject): void {
  test(
    `S11 ${DEAF} clients that send and never read cost the server one buffer each at most`,
    async () => {
      await using server = await subject.start({ args: ["--metrics-port", "0", "--drain-timeout", "100ms"] });
      using other = await Client.connect(server.port);
      for (let at = 0; at < 200; at++) await other.answers();
      const before = status(server.pid, "VmRSS");
      const flood = randomBytes(16 * MiB);
      const clients = await Client.all(DEAF, server.port, { paused: true });
      for (const client of clients) client.socket.write(flood);
      const taken = await untilStable(() => countBytesTaken(server));
      expect(taken, "bytes the server has read").toBeLessThan(clients.length * flood.length * 0.9);
      expect(status(server.pid, "VmRSS") - before, "growth in KiB").toBeLessThan(64 * 1024);
      expect(await other.answers()).toBe(true);
      for (const client of clients) client.socket.destroy();
      await other.finish();
      const { rows, final } = await expectCleanEnd(server);
      if (subject.writesShort)
        expect(final).toMatchObject({ shortWrites: expect.toSatisfy((n: number) => n > 0) });
      expect(sum(rows, "bytes_received")).toBeLessThan(clients.length * flood.length * 0.9);
    },
    SIZED_BOUND_MS,
  );

  test(
    `E5 of ${READY} clients that are ready all the time each is served alike, and a silent one is closed`,
    () => serveInBatches(subject),
    SIZED_BOUND_MS,
  );

  test(`S22 among ${EQUALS} clients with one message under way each Jain's index over their numbers of messages is at least 0.9`, () =>
    shareEqually(subject, LINE, 500));

  // Where each connection has a thread, the kernel divides the processors among those that never wait, and takes seconds for it.
  if (subject.writesShort)
    test(`S22 among ${EQUALS} clients with ${MANY_LINES} messages under way each Jain's index over their numbers of messages is at least 0.9`, () =>
      shareEqually(subject, Buffer.alloc(MANY_LINES * LINE.length, LINE), 50));

  test(`S22 a client gets an answer for each 2 MiB of two others that send ${PUMPED_BYTES / MiB} MiB as fast as they can`, () =>
    serveBesidePumps(subject));
}

/** @param turns echoes of all its bytes that each gets if all are served alike */
async function shareEqually(subject: Subject, underWay: Buffer, turns: number): Promise<void> {
  await using server = await subject.start();
  const clients = await Client.serve(EQUALS, server.port);
  const bytes = EQUALS * turns * underWay.length;
  const counts = await countMessages(clients, underWay, (echoed) => echoed < bytes);
  expect(jain(counts), `messages ${counts}`).toBeGreaterThanOrEqual(0.9);
  for (const client of clients) await client.finish();
  await expectCleanEnd(server);
}

/** A wait of the server returns a part of the clients that are ready. */
async function serveInBatches(subject: Subject): Promise<void> {
  const args = [...subject.argsForMany, ...subject.argsForBatches(BATCH), "--idle-timeout", `${IDLE_MS}ms`];
  await using server = await subject.start({ args });
  using silent = await Client.connect(server.port);
  const clients = await Client.serve(READY, server.port);
  // All become ready while the server is frozen, so its next waits are full.
  await server.freeze();
  const answers = clients.map((client) => client.answers());
  server.kill("SIGCONT");
  expect(await Promise.all(answers)).not.toContain(false);
  const counts = await countMessages(
    clients,
    LINE,
    (echoed) => !silent.isOver || echoed < READY * LINE.length,
  );
  expect(jain(counts), `messages ${counts}`).toBeGreaterThanOrEqual(0.9);
  expect(silent.error).toBeUndefined();
  await Promise.all(clients.map((client) => client.finish()));
  const { rows } = await expectCleanEnd(server);
  const own = rows.find((row) => row.client_port === String(silent.port));
  expect(own?.close_reason).toBe("idle-timeout");
}

/**
 * Each client sends what comes back again, so that the server decides how many messages each of them gets through.
 *
 * @param goesOn whether to go on after so many bytes that all have got back
 * @returns messages of each client
 */
function countMessages(
  clients: readonly Client[],
  underWay: Buffer,
  goesOn: (echoedBytes: number) => boolean,
): Promise<number[]> {
  let echoed = 0;
  const exchange = async (client: Client) => {
    const before = client.receivedBytes;
    let received = before;
    client.socket.write(underWay);
    while (goesOn(echoed)) {
      await client.waitFor(() => client.receivedBytes > received || client.isOver);
      if (client.isOver) throw client.error ?? new Error("the server closed the connection");
      const { length } = client.takeBuffered();
      received += length;
      echoed += length;
      client.socket.write(underWay.subarray(0, length));
    }
    return Math.floor((received - before) / LINE.length);
  };
  return Promise.all(clients.map(exchange));
}

/** Returns Jain's fairness index of equal claims: 1 when all shares are equal, 1 / n when one has all. */
function jain(shares: readonly number[]): number {
  const total = shares.reduce((all, share) => all + share, 0);
  return total ** 2 / (shares.length * shares.reduce((all, share) => all + share ** 2, 0));
}

async function serveBesidePumps(subject: Subject): Promise<void> {
  await using server = await subject.start({ args: ["--metrics-port", "0", "--drain-timeout", "100ms"] });
  using victim = await Client.connect(server.port);
  expect(await victim.answers()).toBe(true);
  const answers = await whilePumping(server, 2, () => countAnswers(server, victim));
  expect(answers).toBeGreaterThanOrEqual(PUMPED_BYTES / (2 * MiB));
  await victim.finish();
  await expectCleanEnd(server);
}

/** Does something while clients in processes of their own send as fast as they can. */
async function whilePumping<T>(server: ServerProcess, count: number, act: () => Promise<T>): Promise<T> {
  const pumps = Array.from(
    { length: count },
    () => new TestProgram({ program: PUMP, args: [String(server.port)] }),
  );
  try {
    await until(async () => (await countBytesTaken(server)) >= MiB, "the pumps have begun");
    return await act();
  } finally {
    for (const pump of pumps) {
      pump.signal("SIGKILL");
      await pump.exited;
    }
  }
}

/** Returns how many messages the victim gets back while others send PUMPED_BYTES. */
async function countAnswers(server: ServerProcess, victim: Client): Promise<number> {
  let answers = 0;
  let isPumped = false;
  const asking = (async () => {
    for (; !isPumped; answers++) expect(await victim.answers()).toBe(true);
  })();
  await until(async () => (await countBytesTaken(server)) >= PUMPED_BYTES, "the pumps have sent all", 20_000);
  const counted = answers;
  isPumped = true;
  await asking;
  return counted;
}
