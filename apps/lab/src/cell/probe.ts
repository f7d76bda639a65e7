import { once } from "node:events";
import { connect } from "node:net";
import { pause } from "@c10k-lab/process";
import type { Probe } from "@c10k-lab/protocol";

const LINE = "ready?\n";
const PATIENCE_MS = 5000;
/** A server that serves closes its end a round trip after the client's FIN. */
const CLOSE_MS = 2000;
/** Characters of a wrong answer that are kept. */
const KEPT = 80;

/** Address of a server. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The probe's entries in the server's ledger. The lab subtracts them before it compares the ledgers. */
const PROBE: Probe = { connections: 1, messages: 1, bytes: LINE.length };

/** A probe that came back, or what happened instead. */
export type ProbeResult =
  | {
      readonly probe: Probe /** False when the server kept its end open after the client's FIN. */;
      readonly isClosed: boolean;
    }
  | {
      readonly probe: null;
      readonly sent: string;
      readonly received: string;
      /** `ECONNREFUSED` or another error, `closed`, `timeout`, `wrong-bytes`. */
      readonly end: string;
    };

/**
 * Sends one line and waits until it has come back and the connection is closed: a server that says it listens may still
 * not serve.
 */
export async function probe({ host, port }: Address): Promise<ProbeResult> {
  const socket = connect(port, host).setEncoding("utf8");
  const late = AbortSignal.timeout(PATIENCE_MS);
  let echo = "";
  const fail = (end: string): ProbeResult => ({
    probe: null,
    sent: LINE,
    received: echo.slice(0, KEPT),
    end,
  });
  try {
    await once(socket, "connect", { signal: late });
    const closed = once(socket, "end", { signal: late });
    closed.catch(() => {}); // Awaited below, or of no use any more.
    socket.write(LINE);
    while (echo.length < LINE.length) {
      const [chunk] = await Promise.race([once(socket, "data", { signal: late }), closed]);
      if (chunk === undefined) return fail("closed");
      echo += chunk;
      if (!LINE.startsWith(echo)) return fail("wrong-bytes");
    }
    socket.end();
    const isClosed = await Promise.race([closed.then(() => true), pause(CLOSE_MS).then(() => false)]);
    return { probe: PROBE, isClosed };
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    return fail(name === "AbortError" ? "timeout" : (code ?? name));
  } finally {
    socket.destroy();
  }
}
