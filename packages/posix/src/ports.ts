import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { encodeAddress } from "./address.ts";
import { binding as posix } from "./binding.ts";
import { setIntOption } from "./socket-options.ts";

/** ::1 and :: in /proc/net/tcp6. */
const LOOPBACK_6 = "00000000000000000000000001000000";
const ANY_6 = "00000000000000000000000000000000";

/**
 * Returns the address at which some socket listens on a TCP port, from /proc/net/tcp and tcp6, see proc_pid_net(5); null when
 * none does. A connect(2) would tell the same, but the server would count it as a client. `::1` is returned only for a
 * server that does not listen in IPv4.
 */
export function listeningHost(port: number): string | null {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  // Local address and port, no remote port, state TCP_LISTEN.
  const listening = new RegExp(`([0-9A-F]+):${hex} [0-9A-F]+:0000 0A `, "g");
  const addresses = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) =>
    existsSync(path) ? [...readListening(path).matchAll(listening)].map(([, address]) => address) : [],
  );
  if (addresses.length === 0) return null;
  if (addresses.every((address) => address === LOOPBACK_6)) return "::1";
  const isIpv6 = addresses.every((address) => address === LOOPBACK_6 || address === ANY_6);
  return isIpv6 && isFreeInIpv4(port) ? "::1" : "127.0.0.1";
}

/** A socket in another state than TCP_LISTEN. */
const OTHER_STATE = /:[0-9A-F]{4} (?!0A )[0-9A-F]{2} /;
const PIECE_BYTES = 4096;

/** Reads the listening sockets, which come first. A busy machine has thousands in TIME_WAIT, which take tens of milliseconds. */
function readListening(path: string): string {
  const file = openSync(path, "r");
  try {
    const piece = Buffer.alloc(PIECE_BYTES);
    let text = "";
    for (let length = 1; length > 0 && !OTHER_STATE.test(text); text += piece.toString("latin1", 0, length))
      length = readSync(file, piece);
    return text;
  } finally {
    closeSync(file);
  }
}

/** Returns whether a port could be bound in IPv4: a server at :: may have IPV6_V6ONLY, which /proc does not show. */
function isFreeInIpv4(port: number): boolean {
  const socket = posix.socket(posix.AF_INET, posix.SOCK_STREAM, 0);
  if (socket < 0) return false;
  // Connections that were closed a moment ago do not count as a server.
  setIntOption(socket, posix.SOL_SOCKET, posix.SO_REUSEADDR, 1);
  const result = posix.bind(socket, encodeAddress({ host: "127.0.0.1", port }));
  posix.close(socket);
  return result === 0;
}
