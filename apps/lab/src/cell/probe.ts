import { once } from "node:events";
import { connect } from "node:net";
import type { ListeningLine, Probe } from "@c10k-lab/protocol";

const LINE = "ready?\n";
const PATIENCE_MS = 5000;

/** The probe's entries in the server's ledger. The lab subtracts them before it compares the ledgers. */
const PROBE: Probe = { connections: 1, messages: 1, bytes: LINE.length };

/**
 * Sends one line and waits until it has come back and the connection is closed: a server that says it listens may still
 * not serve.
 *
 * @returns null when no echo came
 */
export async function probe({ host, port }: ListeningLine): Promise<Probe | null> {
  const socket = connect(port, host).setEncoding("utf8");
  const late = AbortSignal.timeout(PATIENCE_MS);
  try {
    await once(socket, "connect", { signal: late });
    socket.write(LINE);
    for (let echo = ""; echo.length < LINE.length; ) {
      const [chunk] = await once(socket, "data", { signal: late });
      echo += chunk;
      if (!LINE.startsWith(echo)) return null;
    }
    socket.end();
    await once(socket, "close", { signal: late });
    return PROBE;
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}
