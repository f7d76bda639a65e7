import { CLOSE_REASONS } from "@c10k-lab/protocol";
import { expect } from "vitest";
import { type Ended, runToEnd, type ServerProcess } from "./server-process.ts";

/** Expects equal bytes. The failure names the first different byte, because a diff of megabytes is unreadable. */
export function expectSameBytes(got: Uint8Array, wanted: Uint8Array): void {
  expect(got.length, "bytes received").toBe(wanted.length);
  if (Buffer.compare(got, wanted) === 0) return;
  const at = got.findIndex((byte, index) => byte !== wanted[index]);
  expect.fail(`byte ${at} of ${wanted.length} is ${got[at]}, but ${wanted[at]} was sent`);
}

/** Expects that rows and final line of a server agree: one row per connection, equal sums. */
export function expectLedgersAgree({ final, rows, torn }: Ended): void {
  expect(torn, "the last row is torn").toBe(false);
  if (!final) throw new Error("there is no final line");
  expect(rows.length, "rows").toBe(final.accepted);
  expect(
    Object.values(final.closed).reduce((a, b) => a + b, 0),
    "closed",
  ).toBe(final.accepted);
  const refusals = Object.entries(final.closed).filter(([reason]) => reason.startsWith("refused-"));
  expect(
    refusals.reduce((total, [, count]) => total + count, 0),
    "refused",
  ).toBe(final.refused);
  for (const reason of CLOSE_REASONS) {
    const withReason = rows.filter((row) => row.close_reason === reason);
    expect(withReason.length, `rows closed as ${reason}`).toBe(final.closed[reason]);
  }
  expect(sum(rows, "requests"), "requests").toBe(final.requests);
  expect(sum(rows, "bytes_received"), "bytes received").toBe(final.bytesReceived);
  expect(sum(rows, "bytes_sent"), "bytes sent").toBe(final.bytesSent);
  expect(new Set(rows.map((row) => row.connection)).size, "connection numbers").toBe(rows.length);
  for (const row of rows) {
    expect(Number(row.bytes_sent), "sent beyond received").toBeLessThanOrEqual(Number(row.bytes_received));
    expect(Number(row.duration_ms), "duration").toBeGreaterThanOrEqual(0);
    if (row.close_reason !== "client-closed") continue;
    expect(row.bytes_sent, "bytes sent to a client that closed").toBe(row.bytes_received);
  }
}

/** Expects exit 0 and ledgers that agree. */
export function expectGoodEnd(ended: Ended): void {
  expect(ended.code, `exit code; ${ended.stderr}`).toBe(0);
  expectLedgersAgree(ended);
}

/** Sends SIGTERM and expects exit 0 and ledgers that agree. Every test of a healthy server ends with it. */
export async function expectCleanEnd(server: ServerProcess): Promise<Ended & { final: object }> {
  const ended = await server.stop();
  expect(ended.stderr).not.toMatch(/error/i);
  expectGoodEnd(ended);
  return ended as Ended & { final: object };
}

/** Expects that a server does not start: nothing on stdout, one sentence on stderr, which is returned. */
export async function expectRefusal(
  main: string,
  args: readonly string[],
  exitCode: number,
  env: Record<string, string> = {},
): Promise<string> {
  const { code, stdout, stderr } = await runToEnd(main, args, env);
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  return stderr;
}

/** Returns the sum of a numeric column. */
export function sum(rows: readonly Record<string, string>[], column: string): number {
  return rows.reduce((total, row) => total + Number(row[column]), 0);
}
