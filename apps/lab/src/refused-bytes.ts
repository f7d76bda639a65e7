import { join } from "node:path";
import { readCsv } from "@c10k-lab/stats";
import { clientCsvFiles } from "./client-files.ts";

/**
 * Bytes the clients sent on connections the server refused. The kernel establishes a connection before the server has
 * looked at it, so a client may send before it is turned away; those bytes are in its books and rightly not in the
 * server's.
 *
 * @param folder of a cell: server.csv and client.csv, joined on the client's address and port
 */
export async function bytesSentToRefused(folder: string): Promise<number> {
  const server = await readCsv(join(folder, "server.csv"));
  const clients = await Promise.all(clientCsvFiles(folder).map(readCsv));
  const refused = new Set(
    server.rows
      .filter((row) => row.close_reason === "refused")
      .map((row) => `${row.client_address} ${row.client_port}`),
  );
  return clients
    .flatMap(({ rows }) => rows)
    .filter((row) => refused.has(`${row.local_address} ${row.local_port}`))
    .reduce((sum, row) => sum + Number(row.bytes_sent), 0);
}
