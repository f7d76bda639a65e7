import { csvFiles, readCsv } from "@c10k-lab/files";
import { type FinalLine, isRefusalReason } from "@c10k-lab/protocol";

/** Totals of a server's ledger that are compared with the client's. */
export type ServerTotals = Pick<
  FinalLine,
  "accepted" | "refused" | "requests" | "bytesReceived" | "bytesSent"
>;

/** Columns that the comparison of the ledgers needs. */
const COLUMNS = ["client_port", "requests", "bytes_received", "bytes_sent", "close_reason"] as const;

/** Adds up the CSV files of a cell's servers, one row for each accepted connection; null when there are none of that form. */
export async function readTotals(folder: string): Promise<ServerTotals | null> {
  const files = csvFiles(folder, "server");
  if (files.length === 0) return null;
  const contents = await Promise.all(files.map(readCsv)).catch(() => null);
  const rows = contents?.flatMap((file) => file.rows);
  const isOurs = rows?.every((row) => COLUMNS.every((column) => row[column] !== undefined));
  if (!rows || !isOurs) return null;
  const sum = (column: "requests" | "bytes_received" | "bytes_sent") =>
    rows.reduce((total, row) => total + Number(row[column]), 0);
  const totals = {
    accepted: rows.length,
    refused: rows.filter((row) => isRefusalReason(row.close_reason ?? "")).length,
    requests: sum("requests"),
    bytesReceived: sum("bytes_received"),
    bytesSent: sum("bytes_sent"),
  };
  return Object.values(totals).every((total) => Number.isSafeInteger(total) && total >= 0) ? totals : null;
}
