import { csvFiles, scanCsv } from "@c10k-lab/files";
import { type ClientSummary, type FirstFailure, OUTCOMES, type Outcome } from "@c10k-lab/protocol";

const COLUMNS = ["outcome", "connection", "requests_completed", "bytes_sent", "bytes_received"];

/** Returns the first connection of each outcome other than ok, with the text around the first wrong byte. */
export async function readFirstFailures(
  client: ClientSummary | null,
  folder: string,
): Promise<ReadonlyMap<Outcome, FirstFailure>> {
  const found = new Map<Outcome, FirstFailure>();
  const sought = new Set<string>(
    OUTCOMES.filter((outcome) => outcome !== "ok" && (client?.outcomes[outcome] ?? 0) > 0),
  );
  for (const file of csvFiles(folder, "client")) {
    if (sought.size === 0) break;
    try {
      await scanCsv(file, COLUMNS, ([outcome = "", ...numbers]) => {
        if (sought.delete(outcome)) found.set(outcome as Outcome, describe(outcome, numbers, client));
        return sought.size > 0;
      });
    } catch {
      // A file that is damaged shows no example; the summary has counted.
    }
  }
  return found;
}

function describe(outcome: string, numbers: readonly string[], client: ClientSummary | null): FirstFailure {
  const [connection = 0, messages = 0, bytesSent = 0, bytesReceived = 0] = numbers.map(Number);
  const wrong = outcome === "wrong-bytes" ? (client?.firstWrong ?? null) : null;
  return {
    connection: wrong?.connection ?? connection,
    messages,
    bytesSent,
    bytesReceived,
    sent: wrong?.sent ?? null,
    received: wrong?.received ?? null,
  };
}
