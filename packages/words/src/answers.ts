import type { Finding } from "@c10k-lab/protocol";
import { describePlace } from "./axis.ts";
import { REFUSALS } from "./incidents.ts";
import { integer, plural, ratio } from "./numbers.ts";

type Quantity = Finding["quantity"];

const NAMES: Readonly<Record<Quantity, string>> = {
  cost: "CPU time per message",
  rate: "rate",
  held: "number of connections",
};

/** Returns a finding as a sentence, with its interval. */
export function describeAnswer(finding: Finding): string {
  if (finding.question === "limit") return describeLimit(finding);
  const { axis, at, variant, against, quantity } = finding;
  const name = NAMES[quantity];
  const place = describePlace(axis, at);
  const other =
    finding.question === "growth"
      ? `at ${describePlace(axis, against?.axisValue ?? 0)}`
      : `of ${against?.variant}`;
  const subject = `At ${place} the ${name} of ${variant}`;
  const times = finding.effect === null ? "" : ratio(finding.effect);
  switch (finding.verdict) {
    case "shown":
      return `${subject} is ${times} times that ${other} (${describeInterval(finding)}).`;
    case "at-least":
      return `${subject} is at least ${ratio(finding.low ?? 0)} times that ${other}; the client was the limit.`;
    case "at-most":
      return `${subject} is at most ${ratio(finding.high ?? 0)} times that ${other}; the client was the limit.`;
    case "no-difference":
      return `${subject} is that ${other} within 5 % (${times} times, ${describeInterval(finding)}).`;
    case "not-shown":
      return `${subject} is not told apart from that ${other}${describeUnsettled(finding)}.`;
  }
}

function describeLimit({ variant, at, effect, cause }: Finding): string {
  const held = integer(effect ?? 0);
  if (cause !== null) {
    return `${variant} held ${held} of ${plural(at, "connection")} and refused the others: ${REFUSALS[cause] ?? cause}.`;
  }
  return effect === at
    ? `${variant} held all ${plural(at, "connection")} that were asked for.`
    : `${variant} held ${held} of ${plural(at, "connection")}, and refused none: the client is the limit.`;
}

function describeInterval({ level, low, high }: Finding): string {
  return low === null || high === null
    ? "no interval"
    : `${level} % interval ${ratio(low)} to ${ratio(high)}`;
}

function describeUnsettled(finding: Finding): string {
  const { effect, low, wouldTake } = finding;
  const measured = effect === null ? "" : ` (${ratio(effect)} times, ${describeInterval(finding)})`;
  if (low === null) return `${measured}: it takes two starts`;
  return wouldTake === null
    ? measured
    : `${measured}: some ${integer(Math.ceil(wouldTake))} s more would settle it`;
}
