import type { CellResult, ContainerSample, DoubtReason, Percentile } from "@c10k-lab/protocol";

/** From this share of one core on, the client was the limit and not the server. */
const CLIENT_CORE_PERCENT_MAX = 95;
/** A lag of the client's own above this share of the p99 it reports, and the figure is partly its own. */
const LAG_SHARE_MAX = 0.5;
/** More than this of one core taken by other work, or by the hypervisor, and the figures are partly theirs. */
const OTHER_PERCENT_MAX = 25;
const STOLEN_PERCENT_MAX = 2;

type Facts = Omit<CellResult, "verdict">;
type Reason = { readonly reason: DoubtReason; readonly sentence: string };

/** Whether a cell's figures are the server's, or what else they may be. */
export function verdictOf(cell: Facts): CellResult["verdict"] {
  const reasons = [
    ...unmeasured(cell),
    ...concurrency(cell),
    ...client(cell),
    ...host(cell),
    ...network(cell),
  ];
  return { valid: reasons.length === 0, reasons };
}

function unmeasured({ status, reconciliation }: Facts): Reason[] {
  if (status !== "ok" && status !== "limited") {
    return [{ reason: "status", sentence: `The cell ended as ${status}.` }];
  }
  if (reconciliation?.balanced) return [];
  return [{ reason: "books", sentence: "The books of client and server do not balance." }];
}

/** A step counts as N connections only when both sides held N at one time. */
function concurrency({ status, connections, client, final }: Facts): Reason[] {
  if (status !== "ok" || !client || !final) return [];
  const held = Math.min(client.achieved.held, final.peak);
  if (held >= connections) return [];
  return [
    {
      reason: "not-held",
      sentence: `${held} of ${connections} connections are proven to have been open at one time.`,
    },
  ];
}

/** The client is at its own ceiling: its core is used up, its loop is long, or it sends late. */
function client({ evidence, client: summary }: Facts): Reason[] {
  const reasons: Reason[] = [];
  const percent = evidence.corePercent.clients;
  if (percent !== null && percent >= CLIENT_CORE_PERCENT_MAX) {
    const sentence = `The client used ${Math.round(percent)} % of one core: it may have been the limit, not the server.`;
    reasons.push({ reason: "client-limit", sentence });
  }
  if (!summary) return reasons;
  const { turn, sendLag } = summary.loop.latencyUs;
  const { response, intended } = summary.latencyUs;
  if (isLarge(turn.p99, response.p99)) {
    const sentence = `A turn of the client's loop took ${inMs(turn.p99)} ms at its p99, the response ${inMs(response.p99)} ms.`;
    reasons.push({ reason: "loop-lag", sentence });
  }
  if (isLarge(sendLag.p99, intended.p99)) {
    const sentence = `The client sent ${inMs(sendLag.p99)} ms late at its p99, on connections that were free.`;
    reasons.push({ reason: "send-lag", sentence });
  }
  return reasons;
}

/** A lag of the client that makes up a good part of what is reported as the server's. */
function isLarge(lagUs: Percentile, reportedUs: Percentile): boolean {
  return typeof lagUs === "number" && typeof reportedUs === "number" && lagUs > LAG_SHARE_MAX * reportedUs;
}

function inMs(us: Percentile): string {
  return typeof us === "number" ? (us / 1000).toFixed(2) : "∞";
}

function host({ evidence: { host, containers } }: Facts): Reason[] {
  const reasons: Reason[] = [];
  const { stolenPercent, otherPercent } = host;
  if (stolenPercent > STOLEN_PERCENT_MAX) {
    reasons.push({ reason: "stolen", sentence: `The hypervisor took ${stolenPercent} % of a core away.` });
  }
  if (otherPercent !== null && otherPercent > OTHER_PERCENT_MAX) {
    reasons.push({ reason: "busy-host", sentence: `Other work used ${otherPercent} % of a core.` });
  }
  const throttledMs = [containers.server, ...containers.clients].reduce((ms, one) => ms + throttled(one), 0);
  if (throttledMs > 0) {
    reasons.push({
      reason: "throttled",
      sentence: `A CPU quota held containers back for ${throttledMs} ms.`,
    });
  }
  return reasons;
}

function throttled(samples: readonly ContainerSample[]): number {
  return Math.round(samples.at(-1)?.throttledMs ?? 0);
}

function network({ evidence: { tcp } }: Facts): Reason[] {
  if (tcp.ListenOverflows === 0) return [];
  const sentence = `The accept queue overflowed ${tcp.ListenOverflows} times: some times are the kernel's retransmission timers.`;
  return [{ reason: "listen-overflow", sentence }];
}
