import { csvFiles, readCsv, serverOf } from "@c10k-lab/files";

/**
 * Returns the bytes that clients sent on connections the server refused. The kernel establishes a connection before the
 * server has seen it, so a client may send before it is refused; the server never reads those bytes.
 *
 * @param folder a cell's: the files of a server and of its clients, joined on the client's address and port
 */
export async function bytesSentToRefused(folder: string): Promise<number> {
  const servers = await Promise.all(csvFiles(folder, "server").map(readCsv));
  const clients = await Promise.all(csvFiles(folder, "client").map(readCsv));
  const refused = servers.map(
    ({ rows }) =>
      new Set(
        rows
          .filter((row) => row.close_reason?.startsWith("refused-"))
          .map((row) => `${row.client_address} ${row.client_port}`),
      ),
  );
  return clients
    .flatMap(({ rows }, index) => {
      const ofServer = refused[serverOf(index + 1, servers.length) - 1];
      return rows.filter((row) => ofServer?.has(`${row.local_address} ${row.local_port}`));
    })
    .reduce((sum, row) => sum + Number(row.bytes_sent), 0);
}
