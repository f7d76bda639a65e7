import { readFileSync } from "node:fs";
import { TCP_COUNTERS, type TcpCounter } from "@c10k-lab/protocol";
import { subtractCounts } from "@c10k-lab/stats";

export type TcpCounts = Record<TcpCounter, number>;

export const NO_TCP_COUNTS = Object.fromEntries(TCP_COUNTERS.map((name) => [name, 0])) as TcpCounts;

/** Reads the kernel's TCP counters of this network namespace. */
export function readTcpCounters(): TcpCounts {
  return parseTcpCounters(
    readFileSync("/proc/net/netstat", "latin1"),
    readFileSync("/proc/net/snmp", "latin1"),
  );
}

/** Parses the texts of /proc/net/netstat and /proc/net/snmp. */
export function parseTcpCounters(netstat: string, snmp: string): TcpCounts {
  const all = new Map([...parse(netstat), ...parse(snmp)]);
  return Object.fromEntries(TCP_COUNTERS.map((name) => [name, all.get(name) ?? 0])) as TcpCounts;
}

/** Returns by how much each counter has risen. */
export function tcpCountersSince(before: TcpCounts, now = readTcpCounters()): TcpCounts {
  return subtractCounts(now, before);
}

/** Reads a text whose lines come in pairs: "TcpExt: name name …", "TcpExt: value value …". Only TCP's are kept. */
function parse(text: string): [string, number][] {
  const lines = text.split("\n");
  return lines.flatMap((line, at): [string, number][] => {
    const names = line.split(" ");
    const values = lines[at + 1]?.split(" ") ?? [];
    const isPair = at % 2 === 0 && (names[0] === "TcpExt:" || names[0] === "Tcp:");
    return isPair ? names.slice(1).map((name, column) => [name, Number(values[column + 1])]) : [];
  });
}
