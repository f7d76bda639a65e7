import type { ClientSummary, NodeEvidence, RepetitionResult, Usage } from "@c10k-lab/protocol";
import { busiestCorePercent } from "../evidence/core-share.ts";
import { type HostLook, takenByOthers } from "../evidence/host-look.ts";
import { worstNode } from "../evidence/node-evidence.ts";
import type { ClientSide } from "./client-side.ts";
import { ForeignSide } from "./foreign-side.ts";
import type { ServerSide } from "./server-side.ts";
import { sumSamples } from "./sums.ts";

/** Machines of a cell while it ran. */
interface Machines {
  /** Nodes of a swarm; none where all ran on this machine. */
  readonly nodes: NodeEvidence[];
  readonly host: { readonly before: HostLook; readonly after: HostLook };
}

/** Returns the evidence of both sides' processes, and what others took from their machines. */
export function describeSides(
  client: ClientSummary | null,
  server: ServerSide | ForeignSide,
  clients: ClientSide,
  { nodes, host }: Machines,
) {
  const isForeign = server instanceof ForeignSide;
  const tree = isForeign ? server.tree : null;
  const usage = server.final?.usage ?? tree?.end ?? null;
  const ownMs = client && usage ? (cpuUs(client.usage) + cpuUs(usage)) / 1000 : null;
  const samples = sumSamples(server.samples);
  const cpuShare = client?.loop.cpuShare ?? null;
  return {
    server: samples,
    clients: clients.samples,
    corePercent: {
      server: busiestCorePercent(samples, client?.achieved.messagingMs ?? 0),
      clients: cpuShare === null ? null : 100 * cpuShare,
    },
    host: worstNode(nodes) ?? takenByOthers(host.before, host.after, ownMs),
    containers: { server: sumSamples(server.containerSamples), clients: clients.containerSamples },
    tree,
    stopMs: isForeign ? null : server.stopMs,
    nodes,
  } satisfies Partial<RepetitionResult["evidence"]>;
}

function cpuUs({ userUs, systemUs }: Usage): number {
  return userUs + systemUs;
}
