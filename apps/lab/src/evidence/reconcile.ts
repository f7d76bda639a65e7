import type { ClientSummary, LedgerDifference, Probe, Reconciliation } from "@c10k-lab/protocol";
import type { ServerTotals } from "./foreign-totals.ts";
import { bytesSentToRefused } from "./refused-bytes.ts";

/** Entries that rightly stand in the ledger of one side only. */
export interface OneSided {
  /** The lab's own connection, in the server's ledger. */
  readonly probe: Probe;
  /** Bytes the client sent on refused connections, which the server never read. */
  readonly bytesRefused: number;
}

/**
 * Compares the ledgers of a cell.
 *
 * @param folder of the cell, with the rows of refused connections
 * @param sharesPort the servers have one port together
 * @returns null when a side did not report its ledger
 */
export async function reconcileSides(
  client: ClientSummary | null,
  { final, probe }: { readonly final: ServerTotals | null; readonly probe: Probe | null },
  folder: string,
  sharesPort = false,
): Promise<Reconciliation | null> {
  if (!client || !final || !probe) return null;
  return reconcile(client, final, {
    probe,
    bytesRefused: final.refused > 0 ? await bytesSentToRefused(folder, sharesPort) : 0,
  });
}

/** Compares the ledgers of both sides, to the byte. */
export function reconcile(
  summary: ClientSummary,
  final: ServerTotals,
  { probe, bytesRefused }: OneSided,
): Reconciliation {
  const client = {
    connections: summary.achieved.established,
    // The echo that proves an idle connection alive is a request to the server like any other.
    messages: summary.achieved.messages + summary.achieved.proofs,
    bytesSent: summary.achieved.bytesSent - bytesRefused,
    bytesReceived: summary.achieved.bytesReceived,
  };
  // A foreign server that was killed may have written no row, not even the probe's.
  const without = (counted: number, ofProbe: number) => Math.max(0, counted - ofProbe);
  const server = {
    connections: without(final.accepted, probe.connections),
    requests: without(final.requests, probe.messages),
    bytesReceived: without(final.bytesReceived, probe.bytes),
    bytesSent: without(final.bytesSent, probe.bytes),
  };
  const entries: LedgerDifference[] = [
    { entry: "connections", client: client.connections, server: server.connections },
    { entry: "messages", client: client.messages, server: server.requests },
    { entry: "bytes-to-server", client: client.bytesSent, server: server.bytesReceived },
    { entry: "bytes-to-client", client: client.bytesReceived, server: server.bytesSent },
  ];
  const differences = entries.filter((entry) => entry.client !== entry.server);
  return { balanced: differences.length === 0, differences, client, server };
}
