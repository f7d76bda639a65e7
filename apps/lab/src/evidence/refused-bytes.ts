import { csvFiles, scanCsv, serverOf } from "@c10k-lab/files";
import { isRefusalReason } from "@c10k-lab/protocol";

/**
 * Returns the bytes that clients sent on connections the server refused. The kernel establishes a connection before the
 * server has seen it, so a client may send before it is refused; the server never reads those bytes.
 *
 * @param folder a cell's: the files of a server and of its clients, joined on the client's address and port
 * @param sharesPort any server may have refused any client; otherwise each client has one server
 */
export async function bytesSentToRefused(folder: string, sharesPort = false): Promise<number> {
  const refused = await Promise.all(csvFiles(folder, "server").map(listRefused));
  const all = sharesPort ? [new Set(refused.flatMap((one) => [...one]))] : refused;
  let bytes = 0;
  for (const [index, file] of csvFiles(folder, "client").entries()) {
    const ofServer = all[serverOf(index + 1, all.length) - 1];
    await scanCsv(file, ["local_address", "local_port", "bytes_sent"], ([address, port, sent]) => {
      if (ofServer?.has(`${address} ${port}`)) bytes += Number(sent);
      return true;
    });
  }
  return bytes;
}

/** Returns address and port of each client that a server refused. */
async function listRefused(file: string): Promise<Set<string>> {
  const refused = new Set<string>();
  await scanCsv(file, ["client_address", "client_port", "close_reason"], ([address, port, reason]) => {
    if (reason !== undefined && isRefusalReason(reason)) refused.add(`${address} ${port}`);
    return true;
  });
  return refused;
}
