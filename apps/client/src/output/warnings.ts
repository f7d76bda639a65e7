import { readFileSync } from "node:fs";
import { fileDescriptorLimit, formatAddress } from "@c10k-lab/posix";
import type { ClientSummary } from "@c10k-lab/protocol";
import { OUTCOMES } from "@c10k-lab/protocol/names";
import type { FoundTarget } from "../load/target.ts";
import type { Workload } from "../workload/workload.ts";

/** Descriptors that the process needs beside its connections. */
const OWN_DESCRIPTORS = 40;
/** A longer delay after --start-at is more than a scheduler's usual delay. */
const START_LAG_MS = 10;

/** Describes what this machine lacks for the load: descriptors, local ports. */
export function describeShortages({ connections, source }: Workload): string[] {
  const descriptors = fileDescriptorLimit() - OWN_DESCRIPTORS;
  const ports = countLocalPorts() * (source?.count ?? 1);
  const shortages = [
    {
      most: descriptors,
      text: `this process may hold about ${descriptors} connections, ${connections} are asked for: raise 'ulimit -n' or run several clients`,
    },
    {
      most: ports,
      text: `there are ${ports} local ports, ${connections} are asked for: widen net.ipv4.ip_local_port_range or give more addresses with --source`,
    },
  ];
  return shortages.filter(({ most }) => connections > most).map(({ text }) => text);
}

/** Describes a late start. @returns null when it was on time */
export function describeLateness({ achieved: { startLagMs } }: ClientSummary): string | null {
  if (startLagMs === null || startLagMs <= START_LAG_MS) return null;
  return `messages began ${Math.round(startLagMs)} ms after --start-at`;
}

/** Describes why a run is incomplete. @returns null when every connection is complete */
export function describeFailure(
  { achieved, asked, outcomes }: ClientSummary,
  { target, otherHosts: [other] }: FoundTarget,
): string | null {
  const failed = asked.connections - achieved.completed;
  if (failed === 0) return null;
  if (outcomes.refused === asked.connections || outcomes["self-connect"] > 0) {
    const remedy = other === undefined ? "" : `; the name has other addresses: try --host ${other}`;
    return `no server listens on ${formatAddress(target)}${remedy}`;
  }
  const reasons = OUTCOMES.filter((name) => name !== "ok" && outcomes[name] > 0);
  const counts = reasons.map((name) => `${outcomes[name]} ${name}`).join(", ");
  return `${failed} of ${asked.connections} connections failed: ${counts}`;
}

/** Counts the ports that one address has for connections to one server, ip(7). */
function countLocalPorts(): number {
  const range = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
  const [first = 0, last = 0] = range.trim().split(/\s+/).map(Number);
  return last - first + 1;
}
