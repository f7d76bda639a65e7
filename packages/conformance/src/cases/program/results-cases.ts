import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { pause, SIZED_BOUND_MS, SIZES, TestProgram, until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd, expectLedgersAgree, expectRefusal } from "../../harness/expectations.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";

const { restarts: RESTARTS } = SIZES.P3;
/** Longest time from the last client to the kill, ms: longer than between two writes of rows. */
const KILLED_WITHIN_MS = 300;

export function resultsCases(subject: Subject): void {
  test("a row holds the client, the start, the duration and the counts", () =>
    describeConnectionInRow(subject));

  test(
    "P2, B1: SIGKILL loses no written row and tears none",
    () => keepRowsAfterSigkills(subject),
    SIZED_BOUND_MS,
  );

  test("for a path that cannot be written the server prints one sentence and exits 3 before it listens", () =>
    refuseUnwritablePath(subject));

  test("B3 for a full disk at the start the server prints one sentence and exits 3", () =>
    refuseFullDisk(subject));

  testWith(
    "prlimit",
    "when the file takes no more rows the server prints a sentence and its totals and exits 3",
    () => reportFullFile(subject),
  );

  test("P3 for a port in use the server prints one sentence, exits 1 and leaves the other server's file unchanged", () =>
    refusePortInUse(subject));

  test("P3 for a port that a connection leaves from the server says so, and how to keep it free", () =>
    refuseSourcePort(subject));

  test("for a metrics port in use the server prints one sentence and exits 1", () =>
    refuseMetricsPortInUse(subject));

  test(
    `P3 the port of a server is free at once when it ends, ${RESTARTS} times, even with connections in TIME_WAIT`,
    () => reusePortAtOnce(subject),
    SIZED_BOUND_MS,
  );

  test("with --reuse-port two servers share a port, and each client reaches one of them", () =>
    sharePort(subject));

  test("a new server replaces the CSV file of an earlier one", () => replaceOlderFile(subject));

  test("rows are written even when the reader of stderr has gone", () => writeRowsWithoutStderr(subject));
}

async function describeConnectionInRow(subject: Subject): Promise<void> {
  await using server = await subject.start();
  using client = await Client.connect(server.port);
  const before = Date.now();
  await client.echo("one\ntwo\nthr");
  await client.finish();
  await until(
    async () => (await readCsv(server.stats)).rows.length === 1,
    "the row is written while the server runs",
  );
  const { rows } = await expectCleanEnd(server);
  expect(rows[0]).toEqual({
    connection: "1",
    client_host: "localhost",
    client_address: "127.0.0.1",
    client_port: String(client.port),
    opened_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    duration_ms: expect.stringMatching(/^\d+(\.\d+)?$/),
    requests: "2",
    bytes_received: "11",
    bytes_sent: "11",
    close_reason: "client-closed",
  });
  expect(Math.abs(Date.parse(rows[0]?.opened_at ?? "") - before)).toBeLessThan(5000);
}

async function keepRowsAfterSigkills(subject: Subject): Promise<void> {
  for (let at = 0; at < SIZES.B1.kills; at++) await keepRowsAfterSigkill(subject);
}

async function keepRowsAfterSigkill(subject: Subject): Promise<void> {
  await using server = await subject.start();
  for (const client of await Client.all(40, server.port)) {
    expect(await client.answers()).toBe(true);
    await client.finish();
  }
  await until(async () => (await readCsv(server.stats)).rows.length === 40, "a batch is written");
  const open = await Client.all(40, server.port);
  for (const client of open.slice(20)) await client.finish();
  await pause(randomInt(KILLED_WITHIN_MS));
  const { signal, rows, final, torn } = await server.stop("SIGKILL");
  expect(torn).toBe(false);
  expect(signal).toBe("SIGKILL");
  expect(final).toBeUndefined();
  expect(rows.length).toBeGreaterThanOrEqual(40);
  expect(rows.length).toBeLessThanOrEqual(60);
  for (const client of open) client.socket.destroy();
}

async function refuseUnwritablePath(subject: Subject): Promise<void> {
  const path = join(import.meta.filename, "below-a-file", "clients.csv");
  const stderr = await expectRefusal(subject.main, ["--port", "0", "--stats", path], 3);
  expect(stderr).toContain(path);
  expect(stderr).toMatch(/ENOTDIR|EEXIST/);
}

async function refuseFullDisk(subject: Subject): Promise<void> {
  const stderr = await expectRefusal(subject.main, ["--port", "0", "--stats", "/dev/full"], 3);
  expect(stderr).toMatch(/\/dev\/full.*ENOSPC/);
}

async function reportFullFile(subject: Subject): Promise<void> {
  await using server = await subject.start();
  const clients = await Client.all(20, server.port);
  execFileSync("prlimit", ["--pid", String(server.pid), "--fsize=500:500"]);
  for (const client of clients) await client.finish();
  await until(() => server.stderr.includes("EFBIG"), "the server reports the failed write");
  const { code, final, rows, stderr } = await server.stop();
  expect(code).toBe(3);
  expect(final).toMatchObject({ accepted: 20, closed: { "client-closed": 20 } });
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.length).toBeLessThan(20);
  expect(stderr.split("\n").filter((line) => line.includes("EFBIG"))).toHaveLength(2);
}

async function refusePortInUse(subject: Subject): Promise<void> {
  await using server = await subject.start();
  using client = await Client.connect(server.port);
  await client.answers();
  await client.finish();
  await until(async () => (await readCsv(server.stats)).rows.length === 1, "a row is written");
  const before = readFileSync(server.stats, "utf8");
  const args = ["--port", String(server.port), "--stats", server.stats];
  const stderr = await expectRefusal(subject.main, args, 1);
  expect(stderr).toContain(`127.0.0.1:${server.port}`);
  expect(stderr).toMatch(/address already in use/);
  expect(readFileSync(server.stats, "utf8")).toBe(before);
  await expectCleanEnd(server);
}

async function refuseSourcePort(subject: Subject): Promise<void> {
  const { main, args } = subject;
  await using server = await subject.start();
  // The port is the connection's alone: it was not there before, and nobody listens on it.
  using client = await Client.connect(server.port);
  const program = new TestProgram({
    program: main,
    args: [...args, "--port", String(client.port), "--exit-with-parent"],
  });
  const { code, stderr } = await program.outcome();
  expect(code).toBe(1);
  expect(stderr).toContain(
    `127.0.0.1:${client.port}: address already in use (EADDRINUSE): a connection leaves from this port;`,
  );
  expect(stderr).toContain(`ip_local_reserved_ports=${client.port}`);
}

async function refuseMetricsPortInUse(subject: Subject): Promise<void> {
  await using server = await subject.start({ args: ["--metrics-port", "0"] });
  const port = String(server.listening.metricsPort);
  const stderr = await expectRefusal(subject.main, ["--port", "0", "--metrics-port", port], 1);
  expect(stderr).toContain(`127.0.0.1:${port}`);
}

async function reusePortAtOnce(subject: Subject): Promise<void> {
  await using first = await subject.start();
  const { port } = first;
  for (let at = 0; at < RESTARTS; at++) {
    await using server = at === 0 ? first : await subject.start({ args: ["--port", String(port)] });
    using client = await Client.connect(port);
    await client.answers();
    server.kill("SIGTERM");
    await client.readToEnd();
    client.socket.end();
    expect((await server.ended()).code).toBe(0);
  }
}

async function sharePort(subject: Subject): Promise<void> {
  await using first = await subject.start({ args: ["--reuse-port"] });
  await using second = await subject.start({ args: ["--reuse-port", "--port", String(first.port)] });
  expect(second.port).toBe(first.port);
  const clients = await Client.all(64, first.port);
  for (const client of clients) expect(await client.answers()).toBe(true);
  for (const client of clients) await client.finish();
  const ended = [await expectCleanEnd(first), await expectCleanEnd(second)];
  const served = ended.map(({ rows }) => rows.length);
  expect(Math.min(...served)).toBeGreaterThan(0);
  expect(Math.max(...served)).toBe(64 - Math.min(...served));
}

async function replaceOlderFile(subject: Subject): Promise<void> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "c10k-old-"));
  const stats = join(folder.path, "old.csv");
  writeFileSync(stats, "something,else\n1,2\n3,4\n");
  await using server = await subject.start({ stats });
  const { rows } = await expectCleanEnd(server);
  expect(rows).toHaveLength(0);
  expect(readFileSync(stats, "utf8")).toMatch(/^connection,client_host,/);
}

async function writeRowsWithoutStderr(subject: Subject): Promise<void> {
  await using server = await subject.start();
  using client = await Client.connect(server.port);
  expect(await client.answers()).toBe(true);
  server.closeStderr();
  await client.finish();
  const ended = await server.stop();
  expect(ended.code).toBe(0);
  expectLedgersAgree(ended);
}
