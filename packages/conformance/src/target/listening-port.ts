import { readFileSync } from "node:fs";
import { createServer } from "node:net";

const LISTEN = "0A";

/**
 * Returns whether some socket listens on a port, from /proc/net/tcp and tcp6. A connect(2) would tell the same, but the
 * server would count it as a client.
 */
export function isListening(port: number): boolean {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return ["tcp", "tcp6"].some((table) =>
    readTable(table).some((line) => {
      const [, local = "", , state] = line.trim().split(/\s+/);
      return state === LISTEN && local.endsWith(suffix);
    }),
  );
}

/** Returns a port that is free at the moment. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

function readTable(name: string): string[] {
  try {
    return readFileSync(`/proc/net/${name}`, "latin1").split("\n").slice(1);
  } catch {
    return [];
  }
}
