import { SIZED_BOUND_MS, SIZES, until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd, expectLedgersAgree } from "../../harness/expectations.ts";
import { Pattern } from "../../harness/patterns.ts";
import type { Subject } from "../../harness/subject.ts";

const { held: HELD, sending: SENDING } = SIZES.P1;
/** Bytes that all senders have got back at least when the server is told to end. */
const ECHOED_BYTES = 10_000_000;
/** Clients that connect again as soon as they are served, until they are refused. */
const STORMING = 50;

export function shutdownCases(subject: Subject): void {
  test(
    `P1, S13: after SIGTERM under load each of ${SENDING} clients gets an exact prefix of its bytes, then an end of file`,
    () => echoExactPrefix(subject),
    SIZED_BOUND_MS,
  );

  test("SIGINT ends idle connections with a FIN, and the server exits 0", () => endIdleConnections(subject));

  test("P1 after SIGTERM the server accepts no new client", () => acceptNobodyAfterSigterm(subject));

  test("P1 connections in the accept queue at SIGTERM end without a reset", () => endAcceptQueue(subject));

  test(
    `P1 SIGTERM ends a server with ${HELD} connections while clients connect again and again`,
    () => endInStorm(subject),
    SIZED_BOUND_MS,
  );

  test("P1 the server cuts a client that has not closed when the drain time is over", () =>
    cutStubbornClient(subject));

  test("P1 a second SIGTERM ends the server at once, and every row is written", () =>
    endAtSecondSigterm(subject));

  test("P1 a client that does not read cannot delay the end after a second SIGTERM", () =>
    endDespiteDeafClient(subject));

  test("a server without connections ends at once with totals of zero", () => endWithoutConnections(subject));
}

async function echoExactPrefix(subject: Subject): Promise<void> {
  await using server = await subject.start({ args: [...subject.argsForMany, "--drain-timeout", "2m"] });
  const clients = await Client.serve(SENDING, server.port);
  const pumps = clients.map((client) => pump(client));
  await until(
    () => clients.every(({ receivedBytes }) => receivedBytes > ECHOED_BYTES / SENDING),
    "all clients have received a part",
    SIZED_BOUND_MS,
  );
  const ended = await server.stop();
  await Promise.all(pumps);
  expect(ended.code, ended.stderr).toBe(0);
  expectLedgersAgree(ended);
  expect(ended.final).toMatchObject({ accepted: SENDING, closed: { drained: SENDING } });
  const rows = new Map(ended.rows.map((row) => [row.client_port, row]));
  for (const client of clients) {
    const row = rows.get(String(client.port));
    expect(Number(row?.bytes_sent), "bytes sent and received").toBe(client.receivedBytes);
  }
}

async function endIdleConnections(subject: Subject): Promise<void> {
  await using server = await subject.start();
  const clients = await Client.all(30, server.port);
  for (const client of clients) expect(await client.answers()).toBe(true);
  const ends = clients.map(async (client) => {
    await client.readToEnd();
    client.socket.end();
  });
  const ended = await server.stop("SIGINT");
  await Promise.all(ends);
  expect(ended.code).toBe(0);
  expectLedgersAgree(ended);
  expect(ended.final).toMatchObject({ closed: { drained: 30 } });
}

async function acceptNobodyAfterSigterm(subject: Subject): Promise<void> {
  await using server = await subject.start();
  using open = await Client.connect(server.port);
  expect(await open.answers()).toBe(true);
  server.kill("SIGTERM");
  await open.readToEnd();
  // The listener of a completion loop closes when its last accept is back, which may be after the first FIN.
  await until(() => isRefused(server.port), "the server refuses new clients");
  open.socket.end();
  const ended = await server.ended();
  expect(ended.code).toBe(0);
  expectLedgersAgree(ended);
}

async function isRefused(port: number): Promise<boolean> {
  try {
    const client = await Client.connect(port);
    await client.finish();
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
  }
}

async function endAcceptQueue(subject: Subject): Promise<void> {
  await using server = await subject.start();
  await server.freeze();
  const clients = await Client.all(500, server.port);
  server.kill("SIGTERM");
  const ends = clients.map(async (client) => {
    await client.readToEnd();
    client.socket.end();
  });
  server.kill("SIGCONT");
  await Promise.all(ends);
  const ended = await server.ended();
  expect(ended.code).toBe(0);
  expectLedgersAgree(ended);
  expect(ended.final).toMatchObject({ accepted: 500 });
}

async function endInStorm(subject: Subject): Promise<void> {
  await using server = await subject.start({ args: [...subject.argsForMany, "--drain-timeout", "2m"] });
  const held = await Client.serve(HELD, server.port);
  const storm = { served: 0 };
  const others = Array.from({ length: STORMING }, () => connectUntilRefused(server.port, storm));
  await until(() => storm.served > 2 * STORMING, "the storm is served");
  // Who is told to leave comes back at once, too.
  const ends = held.map(async (client) => {
    await client.readToEnd();
    client.socket.end();
    await connectUntilRefused(server.port, storm);
  });
  server.kill("SIGTERM");
  await Promise.all([...ends, ...others]);
  const ended = await server.ended();
  expect(ended.code, ended.stderr).toBe(0);
  expectLedgersAgree(ended);
  expect(ended.final?.accepted).toBeGreaterThanOrEqual(HELD + storm.served);
  expect(ended.final?.closed.drained).toBeGreaterThanOrEqual(HELD);
  expect(ended.final?.closed.aborted).toBe(0);
}

/** Connects, sends a line and leaves, over and over, until a connection fails. */
async function connectUntilRefused(port: number, storm: { served: number }): Promise<void> {
  try {
    for (;;) {
      using client = await Client.connect(port);
      client.socket.end("again\n");
      const echo = await client.readToEnd();
      if (echo.length > 0) storm.served++;
    }
  } catch {
    // Refused, or reset in the queue: the server no longer listens.
  }
}

async function cutStubbornClient(subject: Subject): Promise<void> {
  await using server = await subject.start({ args: ["--drain-timeout", "300ms"] });
  using stubborn = await Client.connect(server.port);
  expect(await stubborn.answers()).toBe(true);
  const ended = await server.stop();
  expect(ended.code).toBe(0);
  expectLedgersAgree(ended);
  expect(ended.final).toMatchObject({ closed: { aborted: 1 } });
  expect(Number(ended.rows[0]?.duration_ms)).toBeGreaterThanOrEqual(299);
}

async function endAtSecondSigterm(subject: Subject): Promise<void> {
  await using server = await subject.start({ args: ["--drain-timeout", "10m"] });
  const clients = await Client.all(20, server.port);
  for (const client of clients) expect(await client.answers()).toBe(true);
  server.kill("SIGTERM");
  await Promise.all(clients.map((client) => client.readToEnd()));
  const ended = await server.stop("SIGTERM");
  expect(ended.code).toBe(0);
  expectLedgersAgree(ended);
  expect(ended.final).toMatchObject({ accepted: 20, closed: { aborted: 20 } });
}

async function endDespiteDeafClient(subject: Subject): Promise<void> {
  await using server = await subject.start({ args: ["--drain-timeout", "10m"] });
  using deaf = Client.withTinyWindow(server.port);
  deaf.socket.write(Buffer.alloc(24 * 2 ** 20));
  using other = await Client.connect(server.port);
  expect(await other.answers()).toBe(true);
  server.kill("SIGTERM");
  await other.readToEnd();
  const ended = await server.stop("SIGTERM");
  expect(ended.code).toBe(0);
  expectLedgersAgree(ended);
  expect(ended.final).toMatchObject({ closed: { aborted: 2 } });
}

async function endWithoutConnections(subject: Subject): Promise<void> {
  await using server = await subject.start();
  const { final, rows } = await expectCleanEnd(server);
  expect(rows).toHaveLength(0);
  expect(final).toMatchObject({ accepted: 0, requests: 0, peak: 0, acceptErrors: {} });
}

/** Sends and checks every echo until the server closes the connection. */
async function pump(client: Client): Promise<void> {
  const pattern = new Pattern();
  const ended = client.untilOver();
  let sent = 0;
  while (!client.isOver) {
    await Promise.race([client.send(pattern.at(sent, 10_000)), ended]);
    sent += 10_000;
  }
  const received = await client.readToEnd();
  expect(received.equals(pattern.at(0, received.length)), "an exact prefix").toBe(true);
  expect(received.length).toBeLessThanOrEqual(sent);
  client.socket.end();
}
