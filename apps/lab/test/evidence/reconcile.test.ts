import { type ClientSummary, Reconciliation } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import type { ServerTotals } from "../../src/evidence/foreign-totals.ts";
import { reconcile } from "../../src/evidence/reconcile.ts";

const PROBE = { connections: 1, messages: 1, bytes: 7 };
const achieved = { established: 8, messages: 40, proofs: 0, bytesSent: 800, bytesReceived: 800 };
const summary = { achieved } as ClientSummary;

function reconcileWith(totals: Partial<ServerTotals>): Reconciliation {
  return Reconciliation.parse(reconcile(summary, totals as ServerTotals, { probe: PROBE, bytesRefused: 0 }));
}

test("the probe's entries are no difference", () => {
  const totals = { accepted: 9, requests: 41, bytesReceived: 807, bytesSent: 807 };
  expect(reconcileWith(totals)).toMatchObject({ balanced: true, differences: [] });
});

test("a ledger without any row, not even the probe's, counts nothing and differs in every entry", () => {
  const totals = { accepted: 0, requests: 0, bytesReceived: 0, bytesSent: 0 };
  const { balanced, differences, server } = reconcileWith(totals);
  expect(balanced).toBe(false);
  expect(differences.map(({ entry, server }) => [entry, server])).toEqual([
    ["connections", 0],
    ["messages", 0],
    ["bytes-to-server", 0],
    ["bytes-to-client", 0],
  ]);
  expect(server).toEqual({ connections: 0, requests: 0, bytesReceived: 0, bytesSent: 0 });
});
