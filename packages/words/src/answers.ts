import type { Break, Finding, FindingQuantity, Refusal } from "@c10k-lab/protocol";
import { REFUSALS } from "./happenings/incidents.ts";
import { axisWords, describePlace } from "./phrases/axis.ts";
import { about, integer, percent, plural, ratio, sentenceCase } from "./phrases/numbers.ts";

/** Words for a quantity that findings compare. */
interface FindingWords {
  readonly noun: string;
  readonly unit: string;
  /** Name and unit, for an axis or the head of a column. */
  readonly label: string;
}

/** Words for the quantities that findings compare. */
export const FINDING_QUANTITIES: Readonly<Record<FindingQuantity, FindingWords>> = {
  cost: words("CPU time per message", "µs"),
  rate: words("rate", "messages/s", "messages per second"),
  held: words("number of connections", "connections", "connections held"),
  p99: words("p99 response time", "ms"),
  "first-response-p99": words("p99 time to the first response", "ms"),
  "wall-time": words("wall time", "ms"),
  "connection-rate": words("rate of new connections", "connections/s", "connections per second, achieved"),
};

function words(noun: string, unit: string, label = `${noun}, ${unit}`): FindingWords {
  return { noun, unit, label };
}

/** Returns a finding as a sentence, with its interval. */
export function describeAnswer(finding: Finding): string {
  if (finding.question === "limit") return `${finding.variant} ${describeLimitFinding(finding)}.`;
  const { axis, at, variant, quantity } = finding;
  const subject = `At ${describePlace(axis, at)} the ${FINDING_QUANTITIES[quantity].noun} of ${variant}${describeGroup(finding)}`;
  const other = describeOther(finding);
  const times = finding.effect === null ? "" : ratio(finding.effect);
  switch (finding.verdict) {
    case "shown":
      return `${subject} is ${times} times that ${other} (${describeFindingInterval(finding)}).`;
    case "at-least":
      return `${subject} is at least ${ratio(finding.low ?? 0)} times that ${other}; ${describeClientLimit(finding)}.`;
    case "at-most":
      return `${subject} is at most ${ratio(finding.high ?? 0)} times that ${other}; ${describeClientLimit(finding)}.`;
    case "no-difference":
      return `${subject} is within 5 % of that ${other} (×${times}, ${describeFindingInterval(finding)}).`;
    case "not-shown":
      return `${subject} is not told apart from that ${other}${describeWidth(finding)}.`;
  }
}

/** Names the side whose value the client decided: the larger rate, or the longer response time. */
function describeClientLimit(finding: Finding): string {
  const { quantity, verdict, at, variant, against, group } = finding;
  const over = { variant, axisValue: at, group };
  const isOver = (verdict === "at-least") === (quantity === "rate");
  return `with ${nameSide(finding, isOver ? over : (against ?? over))} the client was the limit`;
}

/** Names a side of a comparison by that in which the sides differ. */
function nameSide({ question, axis }: Finding, side: NonNullable<Finding["against"]>): string {
  if (question === "growth") return describePlace(axis, side.axisValue);
  return question === "groups" ? `“${side.group}”` : side.variant;
}

function describeGroup({ question, group }: Finding): string {
  return question === "groups" ? ` in “${group}”` : "";
}

function describeOther({ question, axis, against }: Finding): string {
  if (question === "growth") return `at ${describePlace(axis, against?.axisValue ?? 0)}`;
  return question === "groups" ? `in “${against?.group}”` : `of ${against?.variant}`;
}

/** Returns the values of both sides of a comparison: "rate at 1,000 connections: threaded 50,000, epoll 90,000 messages/s (×0.56, …)." */
export function describeSides(finding: Finding, value: number, other: number): string {
  const { axis, at, variant, group, against, quantity, question, effect } = finding;
  const { noun, unit } = FINDING_QUANTITIES[quantity];
  const place = describePlace(axis, at);
  const ratios = `×${ratio(effect ?? 0)}, ${describeFindingInterval(finding)}`;
  const [one, two] = [value, other].map(about);
  const head = sentenceCase(noun);
  switch (question) {
    case "growth":
      return `${head} of ${variant}: ${two} ${unit} at ${axisWords(axis).format(against?.axisValue ?? 0)}, ${one} ${unit} at ${place} (${ratios}).`;
    case "groups":
      return `${head} of ${variant} at ${place}: ${one} ${unit} in “${group}”, ${two} ${unit} in “${against?.group}” (${ratios}).`;
    default:
      return `${head} at ${place}: ${variant} ${one} ${unit}, ${against?.variant} ${two} ${unit} (${ratios}).`;
  }
}

/** Returns the interval of a finding: "99 % interval 1.40 to 1.56". */
function describeFindingInterval({ level, low, high }: Finding): string {
  return low === null || high === null
    ? "no interval"
    : `${level} % interval ${ratio(low)} to ${ratio(high)}`;
}

function describeWidth(finding: Finding): string {
  const { effect, low, wouldTake } = finding;
  const measured = effect === null ? "" : ` (${ratio(effect)} times, ${describeFindingInterval(finding)})`;
  if (low === null) return `${measured}: it takes more repetitions`;
  return wouldTake === null
    ? measured
    : `${measured}: some ${integer(Math.ceil(wouldTake))} s more would settle it`;
}

/** Returns the predicate of a limit: "held 994 of 10,000 connections and refused the others: …". */
export function describeLimitFinding(limit: Finding): string {
  const { axis, at, effect, cause, verdict } = limit;
  if (cause !== null) return describeBroken(limit);
  if (axis !== "connections") return `carried all loads up to ${describePlace(axis, at)}`;
  if (effect === at) return `held all ${plural(at, "connection")} that were asked for`;
  return `${describeHeld(limit)}${verdict === "not-shown" ? ", and refused none: the client is the limit" : ""}`;
}

function describeBroken(limit: Finding): string {
  const { axis, at, effect, cause, verdict } = limit;
  const [value, place] = [effect ?? 0, describePlace(axis, at)];
  switch (cause) {
    case "out-of-memory":
      return `ran out of memory at ${place}`;
    case "cut-off":
      return axis === "connections" && value < at
        ? `${describeHeld(limit)} and did not finish in the plan's time`
        : `did not finish in the plan's time at ${place}`;
    case "failed":
      return `failed at ${place}`;
    case "offered":
      return `achieved ${percent(100 * value)} of what was offered at ${place}`;
    case "rate":
      return `kept ${percent(100 * value)} of its best rate at ${place}`;
    case "latency":
      return `had a p99 response time of ${about(value)} ms at ${place}`;
    case "listen-overflow":
      if (verdict === "at-most") return `overflowed no accept queue from ${place} on`;
      return verdict === "at-least"
        ? `overflowed its accept queue with ${place}, the longest tried`
        : `needs ${place}: with shorter ones its accept queue overflowed`;
    default:
      return `${describeHeld(limit)} and ${describeRefusal(limit)}`;
  }
}

/** Returns "held 994 of 10,000 connections". */
export function describeHeld({ axis, at, effect }: Finding): string {
  const asked =
    axis === "connections" ? plural(at, "connection") : `the connections at ${describePlace(axis, at)}`;
  return `held ${integer(effect ?? 0)} of ${asked}`;
}

/** Returns "refused the others: …", with the reason that the server gave, or "could not accept the others: …". */
export function describeRefusal({ cause }: Finding): string {
  const reasons: Readonly<Record<string, string>> = { ...REFUSALS, ...AT_ACCEPT };
  const others = (cause ?? "") in AT_ACCEPT ? "could not accept the others" : "refused the others";
  return `${others}: ${reasons[cause ?? ""] ?? cause}`;
}

const AT_ACCEPT = {
  "no-descriptors": "no descriptor was left for them",
  "no-kernel-memory": "the kernel had no memory left for them",
} as const;

const BREAKS: Readonly<Partial<Record<Break, (value: number) => string>>> = {
  "refused-descriptor": () => "the fd_set is full",
  "refused-limit": () => "--max-connections",
  "refused-thread": () => "no more threads",
  "refused-poller": () => "the poller is full",
  "no-descriptors": () => "no more descriptors",
  "no-kernel-memory": () => "no more kernel memory",
  "out-of-memory": () => "memory",
  "cut-off": () => "not done in time",
  failed: () => "failed",
  offered: (share) => `${percent(100 * share)} of the offer`,
  rate: (share) => `${percent(100 * share)} of its best rate`,
  latency: (ms) => `p99 ${about(ms)} ms`,
  "listen-overflow": () => "the accept queue overflows",
};

/** Returns why a server took only a part of the connections, for a cell of a table: "no more descriptors". */
export function nameRefusal(cause: Refusal): string {
  return BREAKS[cause]?.(0) ?? cause;
}

/** Returns what broke, for a cell of a table: "the fd_set is full at 10,000 connections". */
export function describeBreak({ axis, at, cause, effect, verdict }: Finding): string {
  const { before, format } = axisWords(axis);
  if (cause === null) return verdict === "at-least" ? `nothing up to ${format(at)}` : "the client";
  if (cause === "listen-overflow") {
    if (verdict === "at-most") return "nothing";
    return `the accept queue ${verdict === "shown" ? "below" : "up to"} ${before}${format(at)}`;
  }
  return `${BREAKS[cause]?.(effect ?? 0) ?? cause} at ${format(at)}`;
}

/** Returns how many comparisons are not settled, and what would settle more; null where none is left. */
export function describeUnsettled(comparisons: readonly Finding[]): string | null {
  const open = comparisons.filter(({ verdict }) => verdict === "not-shown");
  if (open.length === 0) return null;
  if (comparisons.every(({ low }) => low === null))
    return "Nothing was compared: an interval takes three repetitions or more (--repeats).";
  const count = `Not settled: ${integer(open.length)} of ${plural(comparisons.length, "comparison")}`;
  const [soonest] = open
    .filter(({ wouldTake }) => wouldTake !== null)
    .toSorted((a, b) => (a.wouldTake ?? 0) - (b.wouldTake ?? 0));
  if (soonest !== undefined) {
    const seconds = integer(Math.ceil(soonest.wouldTake ?? 0));
    const place = describePlace(soonest.axis, soonest.at);
    return `${count}; next: ${soonest.variant} at ${place}, in some ${seconds} s more (--budget).`;
  }
  return `${count}; more --repeats, or more --clients where the client is the limit, would help.`;
}
