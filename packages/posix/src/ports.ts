import { existsSync, readFileSync } from "node:fs";

/** ::1 in /proc/net/tcp6. */
const LOOPBACK_6 = "00000000000000000000000001000000";

/**
 * Returns the address at which some socket listens on a TCP port, from /proc/net/tcp and tcp6, see proc_pid_net(5); null when
 * none does. A connect(2) would tell the same, but the server would count it as a client. `::1` is returned only for a
 * server that listens there alone.
 */
export function listeningHost(port: number): string | null {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  // Local address and port, no remote port, state TCP_LISTEN.
  const listening = new RegExp(`([0-9A-F]+):${hex} [0-9A-F]+:0000 0A `, "g");
  const addresses = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) =>
    existsSync(path)
      ? [...readFileSync(path, "latin1").matchAll(listening)].map(([, address]) => address)
      : [],
  );
  if (addresses.length === 0) return null;
  return addresses.every((address) => address === LOOPBACK_6) ? "::1" : "127.0.0.1";
}
