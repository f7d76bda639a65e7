import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { encodeAddress } from "./address.ts";
import { binding as posix } from "./binding.ts";
import { setIntOption } from "./socket-options.ts";

/** ::1 and :: as /proc/net/tcp6 writes them. */
const LOOPBACK_6 = "00000000000000000000000001000000";
const ANY_6 = "00000000000000000000000000000000";

const FAMILIES = [posix.AF_INET, posix.AF_INET6] as const;

/** Layout of a struct nlmsghdr, netlink(7), and of what follows it in sock_diag(7): inet_diag_req_v2 and inet_diag_msg. */
const HEADER = { bytes: 16, type: 4, flags: 6 } as const;
const REQUEST = { bytes: 72, family: 16, protocol: 17, states: 20, port: 24 } as const;
const ANSWER = { address: 24 } as const;
/** Several hundred sockets that share the port; more come in a further message. */
const ANSWERS_BYTES = 32_768;

/** A socket in another state than TCP_LISTEN. */
const OTHER_STATE = /:[0-9A-F]{4} (?!0A )[0-9A-F]{2} /;
const PIECE_BYTES = 4096;

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

/** Returns the local addresses of the sockets that listen on a TCP port, in the form of /proc/net/tcp and tcp6. */
function findListeners(port: number): string[] {
  return askForListeners(port) ?? readListeners(port);
}

/**
 * Asks the kernel, see sock_diag(7): it looks only at listening sockets, for some 50 µs. /proc/net/tcp costs 30 ms, because
 * the kernel walks its table of connections, which has a place for each 8 to 16 KiB of memory.
 *
 * @returns null from a kernel without sock_diag
 */
export function askForListeners(port: number): string[] | null {
  const socket = posix.socket(posix.AF_NETLINK, posix.SOCK_RAW | posix.SOCK_CLOEXEC, posix.NETLINK_SOCK_DIAG);
  if (socket < 0) return null;
  try {
    const answers = FAMILIES.map((family) => ask(socket, family, port));
    return answers.includes(null) ? null : answers.flatMap((addresses) => addresses ?? []);
  } finally {
    posix.close(socket);
  }
}

/** Asks for the listeners of one family. Returns null when the kernel refuses. */
function ask(socket: number, family: number, port: number): string[] | null {
  const request = encodeRequest(family, port);
  if (posix.send(socket, request, 0, request.length) < 0) return null;
  const addresses: string[] = [];
  const answers = Buffer.alloc(ANSWERS_BYTES);
  for (;;) {
    const length = posix.recv(socket, answers, 0, answers.length);
    if (length < HEADER.bytes) return null;
    for (let at = 0; at < length; at += answers.readUInt32LE(at)) {
      const type = answers.readUInt16LE(at + HEADER.type);
      if (type === posix.NLMSG_DONE) return addresses;
      if (type !== posix.SOCK_DIAG_BY_FAMILY) return null;
      addresses.push(decodeLocal(answers, at + ANSWER.address, family));
    }
  }
}

function encodeRequest(family: number, port: number): Buffer {
  const request = Buffer.alloc(REQUEST.bytes);
  request.writeUInt32LE(REQUEST.bytes);
  request.writeUInt16LE(posix.SOCK_DIAG_BY_FAMILY, HEADER.type);
  request.writeUInt16LE(posix.NLM_F_REQUEST | posix.NLM_F_DUMP, HEADER.flags);
  request[REQUEST.family] = family;
  request[REQUEST.protocol] = posix.IPPROTO_TCP;
  request.writeUInt32LE(1 << posix.TCP_LISTEN, REQUEST.states);
  request.writeUInt16BE(port, REQUEST.port);
  return request;
}

/** Returns an address as /proc writes it: each word of 32 bits as a number of the machine. */
function decodeLocal(answers: Buffer, at: number, family: number): string {
  const words = family === posix.AF_INET ? 1 : 4;
  return Array.from({ length: words }, (_, word) =>
    answers
      .readUInt32LE(at + 4 * word)
      .toString(16)
      .toUpperCase()
      .padStart(8, "0"),
  ).join("");
}

/** Reads the same from /proc/net/tcp and tcp6, see proc_pid_net(5). */
export function readListeners(port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  // Local address and port, no remote port, state TCP_LISTEN.
  const listening = new RegExp(`([0-9A-F]+):${hex} [0-9A-F]+:0000 0A `, "g");
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) =>
    existsSync(path)
      ? [...readFirstSockets(path).matchAll(listening)].map(([, address = ""]) => address)
      : [],
  );
}

/** Reads the listening sockets, which come first. A busy machine has thousands in TIME_WAIT, which take tens of milliseconds. */
function readFirstSockets(path: string): string {
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
