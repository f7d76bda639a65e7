import type { Break, Finding, FindingQuantity } from "@c10k-lab/protocol";
import { axisWords, describePlace } from "./axis.ts";
import { REFUSALS } from "./incidents.ts";
import { about, integer, percent, plural, ratio } from "./numbers.ts";

/** Noun and unit of a quantity that findings compare. */
export const FINDING_QUANTITIES: Readonly<
  Record<FindingQuantity, { readonly noun: string; readonly unit: string; readonly label: string }>
> = {
  cost: { noun: "CPU time per message", unit: "µs", label: "CPU time per message, µs" },
  rate: { noun: "rate", unit: "messages/s", label: "messages per second" },
  held: { noun: "number of connections", unit: "connections", label: "connections held" },
  p99: { noun: "p99 response time", unit: "ms", label: "p99 response time, ms" },
  "first-response-p99": {
    noun: "p99 time to the first response",
    unit: "ms",
    label: "p99 time to the first response, ms",
  },
  "wall-time": { noun: "wall time", unit: "ms", label: "wall time, ms" },
  "connection-rate": {
    noun: "rate of new connections",
    unit: "connections/s",
    label: "connections per second, achieved",
  },
};

/** Returns a finding as a sentence, with its interval. */
export function describeAnswer(finding: Finding): string {
  if (finding.question === "limit") return `${describeLimitFinding(finding)}.`.replace(/^the /, "The ");
  const { axis, at, variant, quantity } = finding;
  const subject = `At ${describePlace(axis, at)} the ${FINDING_QUANTITIES[quantity].noun} of ${variant}${describeGroup(finding)}`;
  const other = describeOther(finding);
  const times = finding.effect === null ? "" : ratio(finding.effect);
  switch (finding.verdict) {
    case "shown":
      return `${subject} is ${times} times that ${other} (${describeFindingInterval(finding)}).`;
    case "at-least":
      return `${subject} is at least ${ratio(finding.low ?? 0)} times that ${other}; the client was the limit.`;
    case "at-most":
      return `${subject} is at most ${ratio(finding.high ?? 0)} times that ${other}; the client was the limit.`;
    case "no-difference":
      return `${subject} is that ${other} within 5 % (${times} times, ${describeFindingInterval(finding)}).`;
    case "not-shown":
      return `${subject} is not told apart from that ${other}${describeUnsettled(finding)}.`;
  }
}

function describeGroup({ question, group }: Finding): string {
  return question === "groups" ? ` in “${group}”` : "";
}

function describeOther({ question, axis, against }: Finding): string {
  if (question === "growth") return `at ${describePlace(axis, against?.axisValue ?? 0)}`;
  return question === "groups" ? `in “${against?.group}”` : `of ${against?.variant}`;
}

/** Returns the interval of a finding: "99 % interval 1.40 to 1.56". */
export function describeFindingInterval({ level, low, high }: Finding): string {
  return low === null || high === null
    ? "no interval"
    : `${level} % interval ${ratio(low)} to ${ratio(high)}`;
}

function describeUnsettled(finding: Finding): string {
  const { effect, low, wouldTake } = finding;
  const measured = effect === null ? "" : ` (${ratio(effect)} times, ${describeFindingInterval(finding)})`;
  if (low === null) return `${measured}: it takes more repetitions`;
  return wouldTake === null
    ? measured
    : `${measured}: some ${integer(Math.ceil(wouldTake))} s more would settle it`;
}

/** Returns a limit as a clause: "select held 994 of 10,000 connections and refused the others: …". */
export function describeLimitFinding(limit: Finding): string {
  const { variant, axis, at, effect, cause, verdict } = limit;
  const place = describePlace(axis, at);
  if (cause !== null) return describeBroken(limit, place);
  if (axis !== "connections") return `${variant} carried all loads up to ${place}`;
  if (effect === at) return `${variant} held all ${plural(at, "connection")} that were asked for`;
  const why = verdict === "not-shown" ? ", and refused none: the client is the limit" : "";
  return `${variant} held ${integer(effect)} of ${plural(at, "connection")}${why}`;
}

function describeBroken({ variant, axis, at, effect, cause, verdict }: Finding, place: string): string {
  const value = effect ?? 0;
  switch (cause) {
    case "out-of-memory":
      return `${variant} ran out of memory at ${place}`;
    case "cut-off":
      return `${variant} did not finish in the plan's time at ${place}`;
    case "failed":
      return `${variant} failed at ${place}`;
    case "offered":
      return `${variant} achieved ${percent(100 * value)} of what was offered at ${place}`;
    case "rate":
      return `${variant} kept ${percent(100 * value)} of its best rate at ${place}`;
    case "latency":
      return `the p99 response time of ${variant} was ${about(value)} ms at ${place}`;
    case "listen-overflow":
      if (verdict === "at-most") return `no accept queue of ${variant} overflowed from ${place} on`;
      return verdict === "at-least"
        ? `the accept queue of ${variant} overflowed with ${place}, the longest tried`
        : `the accept queue of ${variant} needs ${place}: shorter ones overflowed`;
    default: {
      const reason = describeRefusal(cause);
      const asked = axis === "connections" ? plural(at, "connection") : `the connections at ${place}`;
      return `${variant} held ${integer(value)} of ${asked} and refused the others: ${reason}`;
    }
  }
}

function describeRefusal(cause: Break | null): string {
  return (REFUSALS as Readonly<Record<string, string>>)[cause ?? ""] ?? cause ?? "";
}

const BREAKS: Readonly<Partial<Record<Break, (value: number) => string>>> = {
  "refused-descriptor": () => "the fd_set is full",
  "refused-limit": () => "--max-connections",
  "refused-thread": () => "no more threads",
  "refused-poller": () => "the poller is full",
  "out-of-memory": () => "memory",
  "cut-off": () => "not done in time",
  failed: () => "failed",
  offered: (share) => `${percent(100 * share)} of the offer`,
  rate: (share) => `${percent(100 * share)} of its best rate`,
  latency: (ms) => `p99 ${about(ms)} ms`,
  "listen-overflow": () => "the accept queue overflows",
};

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
