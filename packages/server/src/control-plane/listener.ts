import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import {
  type Address,
  addressFamily,
  check,
  decodeAddress,
  encodeAddress,
  errorText,
  formatAddress,
  listeningHost,
  posix,
  SOCKADDR_BYTES,
  SyscallError,
  setIntOption,
  setTimeoutOption,
} from "@c10k-lab/posix";
import type { ServerOptions } from "../options.ts";

/** Listening socket with its address. */
export interface Listener {
  readonly fd: number;
  readonly address: Address;
}

/** Failure to listen; the message is one sentence for the user. */
class ListenError extends Error {
  override readonly name = "ListenError";
}

/**
 * Opens the listening socket. Only `blocking` differs between architectures.
 *
 * Socket options are set here: on Linux accepted sockets inherit them, so a connection costs no setsockopt(2).
 * - SO_REUSEADDR: connections of an earlier server in TIME_WAIT do not block the port (ip(7)).
 * - TCP_NODELAY, unless `--no-delay off`: an echo leaves at once, without waiting for the acknowledgement of the
 *   previous one (tcp(7)).
 * - SO_OOBINLINE: an urgent byte is echoed like any other (tcp(7)).
 * - SO_KEEPALIVE and TCP_USER_TIMEOUT: a client that vanished without a FIN is noticed, idle or not (tcp(7)).
 * - SO_SNDBUF and SO_RCVBUF: a client that does not read costs this much kernel memory, not up to 10 MB (socket(7)).
 * - SO_SNDTIMEO, if sockets block: a send(2) to a client that does not read ends (socket(7)).
 *
 * @throws ListenError
 */
export async function listen(options: ServerOptions, blocking: boolean): Promise<Listener> {
  const host = await resolve(options.host);
  const requested = encodeAddress({ host, port: options.port });
  const type = posix.SOCK_STREAM | posix.SOCK_CLOEXEC | (blocking ? 0 : posix.SOCK_NONBLOCK);
  const fd = check(posix.socket(addressFamily(requested), type, 0), "socket", "for the listener");
  setIntOption(fd, posix.SOL_SOCKET, posix.SO_REUSEADDR, 1);
  setIntOption(fd, posix.SOL_SOCKET, posix.SO_OOBINLINE, 1);
  if (options.noDelay === "on") setIntOption(fd, posix.IPPROTO_TCP, posix.TCP_NODELAY, 1);
  limitPeers(fd, options);
  if (blocking) setTimeoutOption(fd, posix.SO_SNDTIMEO, sendTimeoutMs(options));
  if (options.reusePort) setIntOption(fd, posix.SOL_SOCKET, posix.SO_REUSEPORT, 1);
  try {
    check(posix.bind(fd, requested), "bind");
    check(posix.listen(fd, options.backlog), "listen");
  } catch (error) {
    posix.close(fd);
    if (!(error instanceof SyscallError)) throw error;
    throw new ListenError(
      `cannot listen on ${formatAddress({ host, port: options.port })}: ${errorText(error.errno)}${suggestRemedy(error, options.port)}`,
    );
  }
  const bound = new Uint8Array(SOCKADDR_BYTES);
  check(posix.getsockname(fd, bound), "getsockname", "of the listener");
  return { fd, address: decodeAddress(bound) };
}

/** Bounds the memory and the time that a client takes which does not read, or does not exist any more. */
function limitPeers(fd: number, { peerTimeoutMs, socketBufferBytes }: ServerOptions): void {
  if (socketBufferBytes > 0) {
    setIntOption(fd, posix.SOL_SOCKET, posix.SO_SNDBUF, socketBufferBytes);
    setIntOption(fd, posix.SOL_SOCKET, posix.SO_RCVBUF, socketBufferBytes);
  }
  if (peerTimeoutMs === 0) return;
  // Probes begin after half of the time. The user timeout decides, not their number, when the peer is given up.
  setIntOption(fd, posix.SOL_SOCKET, posix.SO_KEEPALIVE, 1);
  setIntOption(fd, posix.IPPROTO_TCP, posix.TCP_KEEPIDLE, Math.max(1, Math.floor(peerTimeoutMs / 2000)));
  setIntOption(fd, posix.IPPROTO_TCP, posix.TCP_KEEPINTVL, Math.max(1, Math.floor(peerTimeoutMs / 8000)));
  setIntOption(fd, posix.IPPROTO_TCP, posix.TCP_USER_TIMEOUT, Math.ceil(peerTimeoutMs));
}

/** Returns the time that a blocking send(2) may take, ms; 0: any. */
function sendTimeoutMs({ idleTimeoutMs, stallTimeoutMs }: ServerOptions): number {
  const limits = [idleTimeoutMs ?? 0, stallTimeoutMs].filter((ms) => ms > 0);
  return limits.length === 0 ? 0 : Math.min(...limits);
}

/** Returns the length of the accept queue: the kernel silently caps `backlog` at net.core.somaxconn, which sandboxes may hide. */
export function readEffectiveBacklog(backlog: number): number {
  try {
    return Math.min(backlog, Number(readFileSync("/proc/sys/net/core/somaxconn", "utf8")));
  } catch {
    return backlog;
  }
}

/** Returns the number of connections in the accept queue; 0 for a closed listener. */
export function countQueued(fd: number): number {
  const info = new Int32Array(posix.TCP_INFO_UNACKED_WORD + 1);
  const rc = posix.getsockopt(fd, posix.IPPROTO_TCP, posix.TCP_INFO, info);
  return rc < 0 ? 0 : info[posix.TCP_INFO_UNACKED_WORD];
}

async function resolve(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw new ListenError(`cannot listen on '${host}': ${(error as Error).message}`);
  }
}

/** Returns the end of the sentence: a remedy for the error, or nothing. */
function suggestRemedy({ errno }: SyscallError, port: number): string {
  if (errno === posix.EACCES) return "; ports below 1024 need privileges, take another --port";
  if (errno !== posix.EADDRINUSE) return "";
  if (listeningHost(port) !== null) return "; stop the other process or take another --port";
  return `: a connection leaves from this port; wait for its end, take another --port, or keep such ports free with 'sysctl -w net.ipv4.ip_local_reserved_ports=${port}'`;
}
