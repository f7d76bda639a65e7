import { csvFiles, readCsv } from "@c10k-lab/files";
import { type ClientSummary, type FirstFailure, OUTCOMES, type Outcome } from "@c10k-lab/protocol";

/** Returns the first connection of each outcome other than ok, with the text around the first wrong byte. */
export async function readFirstFailures(
  client: ClientSummary | null,
  folder: string,
): Promise<ReadonlyMap<Outcome, FirstFailure>> {
  const failed = OUTCOMES.filter((outcome) => outcome !== "ok" && (client?.outcomes[outcome] ?? 0) > 0);
  if (failed.length === 0) return new Map();
  const contents = await Promise.all(csvFiles(folder, "client").map(readCsv)).catch(() => []);
  const rows = contents.flatMap((content) => content.rows);
  return new Map(
    failed.flatMap((outcome): [Outcome, FirstFailure][] => {
      const row = rows.find((one) => one.outcome === outcome);
      if (row === undefined) return [];
      const wrong = outcome === "wrong-bytes" ? (client?.firstWrong ?? null) : null;
      return [
        [
          outcome,
          {
            connection: wrong?.connection ?? Number(row.connection),
            messages: Number(row.requests_completed),
            bytesSent: Number(row.bytes_sent),
            bytesReceived: Number(row.bytes_received),
            sent: wrong?.sent ?? null,
            received: wrong?.received ?? null,
          },
        ],
      ];
    }),
  );
}
