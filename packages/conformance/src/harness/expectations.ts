import { CLOSE_REASONS } from "@c10k-lab/protocol";
import { expect } from "vitest";
import type { Ended, ServerProcess } from "./server-process.ts";

/** Equal to the byte; says where they part, which a diff of megabytes does not. */
export function expectSameBytes(got: Uint8Array, wanted: Uint8Array): void {
  expect(got.length, "bytes received").toBe(wanted.length);
  if (Buffer.compare(got, wanted) === 0) return;
  const at = got.findIndex((byte, index) => byte !== wanted[index]);
  expect.fail(`byte ${at} of ${wanted.length} is ${got[at]}, sent was ${wanted[at]}`);
}

/** The books of a server that ended well: every connection is a row, every sum is the same on both sides. */
export function expectBalanced({ final, rows, torn }: Ended): void {
  expect(torn, "a torn row").toBe(false);
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
    expect(row.bytes_sent, "a client that closed has every byte").toBe(row.bytes_received);
  }
}

/** SIGTERM, then: exit 0 and balanced books. Every test of a healthy server ends here. */
export async function expectCleanEnd(server: ServerProcess): Promise<Ended & { final: object }> {
  const ended = await server.stop();
  expect(ended.stderr).not.toMatch(/error/i);
  expect(ended.code, `exit code; ${ended.stderr}`).toBe(0);
  expectBalanced(ended);
  return ended as Ended & { final: object };
}

export function sum(rows: readonly Record<string, string>[], column: string): number {
  return rows.reduce((total, row) => total + Number(row[column]), 0);
}
