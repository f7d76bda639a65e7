import type { Allowance } from "./allowance.ts";
import type { TextFiles } from "./text-files.ts";

/** 127.0.0.1 and the wildcards, as /proc/net/tcp and tcp6 write them: their ports are taken on 127.0.0.1. */
const ADDRESSES = new Set(["0100007F", "00000000", "0000000000000000FFFF00000100007F", "0".repeat(32)]);
/** TCP_TIME_WAIT of the kernel's tcp_states.h. */
const TIME_WAIT = "06";

/** Counts the ports for connections from 127.0.0.1; reserved and taken ones are used. */
export function localPorts(files: TextFiles): Allowance {
  const range = files.read("/proc/sys/net/ipv4/ip_local_port_range") ?? "32768 60999";
  const [from = 0, to = 0] = range.trim().split(/\s+/).map(Number);
  const isInRange = (port: number) => port >= from && port <= to;
  const unavailable = new Set([...reservedPorts(files), ...takenPorts(files)].filter(isInRange));
  return { limit: to - from + 1, used: unavailable.size };
}

/** Reads "8080,9148-9150". */
function reservedPorts(files: TextFiles): number[] {
  const text = files.read("/proc/sys/net/ipv4/ip_local_reserved_ports")?.trim() ?? "";
  return text
    .split(",")
    .filter(Boolean)
    .flatMap((part) => {
      const [from = 0, to = from] = part.split("-").map(Number);
      return Array.from({ length: to - from + 1 }, (_, at) => from + at);
    });
}

/**
 * Returns the ports of sockets. A port in TIME_WAIT is taken only where tcp_tw_reuse is 0: with 1, and on loopback with 2,
 * the default, connect(2) reuses it after a second.
 */
function takenPorts(files: TextFiles): number[] {
  const isReused = files.read("/proc/sys/net/ipv4/tcp_tw_reuse")?.trim() !== "0";
  const sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) =>
    (files.read(path) ?? "").split("\n").slice(1),
  );
  return sockets.flatMap((line) => {
    const [, local = "", , state] = line.trim().split(/\s+/);
    const [address = "", port = ""] = local.split(":");
    const isTaken = ADDRESSES.has(address) && !(state === TIME_WAIT && isReused);
    return isTaken ? [Number.parseInt(port, 16)] : [];
  });
}
