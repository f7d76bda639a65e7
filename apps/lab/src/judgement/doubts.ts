import {
  type ContainerSample,
  countHeld,
  type Doubt,
  type NodeEvidence,
  type Percentile,
  type RepetitionResult,
} from "@c10k-lab/protocol";

/** Share of one core from which on the client, not the server, was the limit. */
const CLIENT_CORE_PERCENT_MAX = 95;
/** Share of the reported p99 above which a lag of the client makes the figure partly its own. */
const LAG_SHARE_MAX = 0.5;
/** Shares of one core above which other work, or the hypervisor, is part of the figures. */
const OTHER_PERCENT_MAX = 25;
const STOLEN_PERCENT_MAX = 2;

type Facts = Omit<RepetitionResult, "doubts">;

/** Rules, each with its threshold; each returns the measurement that raises the doubt, or null. */
const RULES: readonly ((facts: Facts) => Doubt | null)[] = [
  ({ status }) => (isWhole(status) ? null : { reason: "status", status }),

  ({ status, ledger, reconciliation }) =>
    isWhole(status) && ledger !== "client-only" && !reconciliation?.balanced ? { reason: "ledgers" } : null,

  // A load counts as N connections only when both sides held N at one time.
  (facts) => {
    const { status, connections: asked } = facts;
    const held = status === "ok" ? countHeld(facts) : null;
    return held !== null && held < asked ? { reason: "not-held", held, asked } : null;
  },

  ({ evidence }) => {
    const corePercent = evidence.corePercent.clients ?? 0;
    return corePercent >= CLIENT_CORE_PERCENT_MAX ? { reason: "client-limit", corePercent } : null;
  },

  ({ client }) => {
    const turnP99Us = finite(client?.loop.latencyUs.turn.p99);
    const responseP99Us = finite(client?.latencyUs.response.p99);
    return isLarge(turnP99Us, responseP99Us) ? { reason: "loop-lag", turnP99Us, responseP99Us } : null;
  },

  ({ client }) => {
    const lagP99Us = finite(client?.loop.latencyUs.sendLag.p99);
    const intendedP99Us = finite(client?.latencyUs.intended.p99);
    return isLarge(lagP99Us, intendedP99Us) ? { reason: "send-lag", lagP99Us, intendedP99Us } : null;
  },

  ({ evidence: { host, nodes } }) => {
    const percent = host.stolenPercent;
    const place = placeOf(nodes.find(({ stolenPercent }) => stolenPercent === percent));
    return percent > STOLEN_PERCENT_MAX ? { reason: "stolen", percent, ...place } : null;
  },

  ({ evidence: { host, nodes } }) => {
    const percent = host.otherPercent ?? 0;
    const place = placeOf(nodes.find(({ otherPercent }) => otherPercent === percent));
    return percent > OTHER_PERCENT_MAX ? { reason: "busy-host", percent, ...place } : null;
  },

  ({ evidence: { containers, host } }) => {
    const inContainers = sumThrottledMs([containers.server, ...containers.clients]);
    const throttledMs = inContainers + Math.round(host.throttledMs ?? 0);
    return throttledMs > 0 ? { reason: "throttled", throttledMs } : null;
  },

  ({ evidence }) => (evidence.host.processors === 1 ? { reason: "one-processor" } : null),

  ({ evidence }) => {
    const times = evidence.tcp.ListenOverflows;
    return times > 0 ? { reason: "listen-overflow", times } : null;
  },
];

/**
 * Doubts that slices settle by themselves: a disturbed slice is measured again, a client at its limit makes a rate a lower
 * bound and leaves the cost alone, and the kernel does not charge stolen time to the server.
 */
const SETTLED_BY_SLICES: readonly Doubt["reason"][] = [
  "client-limit",
  "loop-lag",
  "send-lag",
  "stolen",
  "busy-host",
  // Connections are open before the first slice, and the counters are those of all variants together.
  "listen-overflow",
];

/** Returns the reasons why a repetition's figures may not be the server's. */
export function findDoubts(facts: Facts): Doubt[] {
  const doubts = RULES.flatMap((rule) => rule(facts) ?? []);
  return facts.slices.length === 0
    ? doubts
    : doubts.filter(({ reason }) => !SETTLED_BY_SLICES.includes(reason));
}

/** Returns the name of the node that a figure is of; nothing where all ran on one machine. */
function placeOf(node: NodeEvidence | undefined): { node?: string } {
  return node === undefined ? {} : { node: node.node };
}

function isWhole(status: RepetitionResult["status"]): boolean {
  return status === "ok" || status === "limited";
}

/** Returns a measured time; NaN, which compares as false, where nothing was measured or it never ended. */
function finite(us: Percentile | undefined): number {
  return typeof us === "number" ? us : Number.NaN;
}

function isLarge(lagUs: number, reportedUs: number): boolean {
  return lagUs > LAG_SHARE_MAX * reportedUs;
}

function sumThrottledMs(containers: readonly (readonly ContainerSample[])[]): number {
  const each = containers.map((samples) => Math.round(samples.at(-1)?.throttledMs ?? 0));
  return each.reduce((a, b) => a + b, 0);
}
