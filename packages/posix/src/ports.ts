import { encodeAddress } from "./address.ts";
import { binding as posix } from "./binding.ts";
import { findListeners } from "./listeners.ts";
import { setIntOption } from "./socket-options.ts";

/** ::1 and :: as /proc/net/tcp6 writes them. */
const LOOPBACK_6 = "00000000000000000000000001000000";
const ANY_6 = "00000000000000000000000000000000";

/**
 * Returns the address at which some socket listens on a TCP port; null when none does. A connect(2) would tell the same, but
 * the server would count it as a client. `::1` is returned only for a server that does not listen in IPv4.
 */
export function listeningHost(port: number): string | null {
  const addresses = findListeners(port);
  if (addresses.length === 0) return null;
  if (addresses.every((address) => address === LOOPBACK_6)) return "::1";
  const isIpv6 = addresses.every((address) => address === LOOPBACK_6 || address === ANY_6);
  return isIpv6 && isFreeInIpv4(port) ? "::1" : "127.0.0.1";
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
