import { numbered } from "@c10k-lab/files";
import { parseCpuTimes } from "@c10k-lab/process";
import type { NodeEvidence, RepetitionResult } from "@c10k-lab/protocol";
import { addCounts } from "@c10k-lab/stats";
import type { NodeLook, Service } from "../engines/engine.ts";
import { NO_TCP_COUNTS, parseTcpCounters, type TcpCounts, tcpCountersSince } from "./tcp-counters.ts";

/** A process that ran on a node: what the node did meanwhile, and its own part. */
interface OnNode {
  readonly process: string;
  readonly look: NodeLook;
  readonly cpuMs: number;
}

/** Returns what is known of the services of one side that ran on other machines, with their names. */
export function nameServices(app: "client" | "server", services: readonly Service[]): OnNode[] {
  return services.flatMap(({ node, samples }, index) => {
    const process = numbered(app, index + 1, services.length);
    return node ? [{ process, look: node, cpuMs: samples.at(-1)?.cpuMs ?? 0 }] : [];
  });
}

/** Returns the account of each node, over the life of the process that ran on it longest. */
export function describeNodes(all: readonly OnNode[]): NodeEvidence[] {
  const byNode = Map.groupBy(all, ({ look }) => look.name);
  return [...byNode].map(([node, processes]) => {
    const [longest] = processes.toSorted((a, b) => spanOf(b.look) - spanOf(a.look)) as [OnNode];
    const { before, after } = longest.look;
    const spanMs = spanOf(longest.look);
    const percent = (ms: number) => Math.round((1000 * ms) / spanMs) / 10;
    const [from, to] = [parseCpuTimes(before.stat), parseCpuTimes(after.stat)];
    const busyMs = to.busyMs - from.busyMs;
    const ownMs = processes.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    return {
      node,
      processes: processes.map(({ process }) => process),
      spanMs,
      busyPercent: percent(busyMs),
      stolenPercent: percent(to.stolenMs - from.stolenMs),
      otherPercent: Math.max(0, percent(busyMs - ownMs)),
      tcp: tcpCountersSince(countersIn(before), countersIn(after)),
    };
  });
}

/** Returns the largest shares that others took on any node, so that a doubt about one is a doubt; null without nodes. */
export function worstNode(nodes: readonly NodeEvidence[]): RepetitionResult["evidence"]["host"] | null {
  if (nodes.length === 0) return null;
  return {
    stolenPercent: Math.max(...nodes.map(({ stolenPercent }) => stolenPercent)),
    otherPercent: Math.max(...nodes.map(({ otherPercent }) => otherPercent)),
  };
}

export function sumTcpCounts(nodes: readonly NodeEvidence[]): TcpCounts {
  return addCounts([NO_TCP_COUNTS, ...nodes.map(({ tcp }) => tcp as TcpCounts)]);
}

function spanOf({ before, after }: NodeLook): number {
  return after.atMs - before.atMs;
}

function countersIn({ netstat, snmp }: NodeLook["before"]): TcpCounts {
  return parseTcpCounters(netstat, snmp);
}
