import type { ClientSummary, FinalLine, Probe, Reconciliation } from "@c10k-lab/protocol";

/** What is rightly in the books of one side only. */
export interface OneSided {
  /** The lab's own, in the server's books. */
  readonly probe: Probe;
  /** Bytes the client sent on connections the server refused, which it never read. */
  readonly bytesRefused: number;
}

/** Compares the books of both sides, to the byte. */
export function reconcile(
  client: ClientSummary,
  server: FinalLine,
  { probe, bytesRefused }: OneSided,
): Reconciliation {
  const books = {
    client: {
      connections: client.achieved.established,
      // What proved an idle connection alive is a request to the server like any other.
      messages: client.achieved.messages + client.achieved.proofs,
      bytesSent: client.achieved.bytesSent - bytesRefused,
      bytesReceived: client.achieved.bytesReceived,
    },
    server: {
      connections: server.accepted - probe.connections,
      requests: server.requests - probe.messages,
      bytesReceived: server.bytesReceived - probe.bytes,
      bytesSent: server.bytesSent - probe.bytes,
    },
  };
  const pairs: [string, number, number][] = [
    ["connections", books.client.connections, books.server.connections],
    ["messages", books.client.messages, books.server.requests],
    ["bytes to the server", books.client.bytesSent, books.server.bytesReceived],
    ["bytes to the client", books.client.bytesReceived, books.server.bytesSent],
  ];
  const differences = pairs
    .filter(([, ofClient, ofServer]) => ofClient !== ofServer)
    .map(([what, ofClient, ofServer]) => `${what}: the client counts ${ofClient}, the server ${ofServer}`);
  return { balanced: differences.length === 0, differences, ...books };
}
