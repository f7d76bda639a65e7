import { existsSync, readFileSync } from "node:fs";

/** Returns whether some socket listens on a TCP port, on any address: /proc/net/tcp and tcp6, see proc_pid_net(5). */
export function isListening(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  // Local address and port, no remote port, state TCP_LISTEN.
  const listening = new RegExp(`:${hex} [0-9A-F]+:0000 0A `);
  return ["/proc/net/tcp", "/proc/net/tcp6"].some(
    (path) => existsSync(path) && listening.test(readFileSync(path, "latin1")),
  );
}
