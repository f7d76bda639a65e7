import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClientSummary, FinalLine } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { reconcile } from "../../src/evidence/reconcile.ts";
import { bytesSentToRefused } from "../../src/evidence/refused-bytes.ts";

function cellFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "c10k-refused-"));
  const server = [
    "127.0.0.1,5001,client-closed",
    "127.0.0.1,5002,refused-limit",
    "127.0.0.2,5001,refused-descriptor",
  ];
  const client = ["127.0.0.1,5001,40", "127.0.0.1,5002,20", "127.0.0.2,5001,0", ",,0"];
  writeFileSync(
    join(folder, "server.csv"),
    `client_address,client_port,close_reason\n${server.join("\n")}\n`,
  );
  writeFileSync(join(folder, "client.csv"), `local_address,local_port,bytes_sent\n${client.join("\n")}\n`);
  return folder;
}

test("only what was sent on refused connections counts, by address and port", async () => {
  expect(await bytesSentToRefused(cellFolder())).toBe(20);
});

test("bytes sent before the refusal are no imbalance; a byte beside them is", () => {
  const client = { achieved: { established: 3, messages: 1, proofs: 1, bytesSent: 60, bytesReceived: 40 } };
  const server = { accepted: 4, requests: 3, bytesReceived: 47, bytesSent: 47 };
  const probe = { connections: 1, messages: 1, bytes: 7 };
  const balanced = (bytesRefused: number) =>
    reconcile(client as ClientSummary, server as FinalLine, { probe, bytesRefused }).balanced;
  expect(balanced(20)).toBe(true);
  expect(balanced(19)).toBe(false);
  expect(balanced(0)).toBe(false);
});
