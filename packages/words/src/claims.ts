import type { Finding, FindingQuantity } from "@c10k-lab/protocol";
import { describeLimitFinding, FINDING_QUANTITIES } from "./answers.ts";
import { describePlace, describeRange } from "./axis.ts";
import { listed, ratio } from "./numbers.ts";

/** Growth by less is not worth a headline. */
const GROWTH_MIN = 1.25;

/** A claim that can stand as a heading, without a full stop, and the strength that orders claims: a factor. */
export interface Claim {
  readonly sentence: string;
  readonly strength: number;
  /** Quantity that a chart of the claim shows; null where there is none to draw. */
  readonly quantity: FindingQuantity | null;
}

/** Returns the strongest claim that the findings of one group allow. */
export function claimOf(findings: readonly Finding[]): Claim {
  return (
    claimGroups(findings) ??
    claimRefusal(findings) ??
    claimBacklog(findings) ??
    claimGrowth(findings) ??
    claimVariants(findings) ??
    claimBreak(findings) ??
    claimNothing(findings)
  );
}

function shown(findings: readonly Finding[], question: Finding["question"]): Finding[] {
  return findings
    .filter((finding) => finding.question === question && finding.verdict === "shown")
    .toSorted((a, b) => strengthOf(b) - strengthOf(a));
}

/** Returns the factor that the interval leaves at least, whichever way it goes. */
function strengthOf({ low, high }: Finding): number {
  return low === null || high === null ? 1 : Math.max(low, 1 / high);
}

function claimGroups(findings: readonly Finding[]): Claim | null {
  const [first] = shown(findings, "groups");
  if (first === undefined) return null;
  const { variant, axis, at, group, against, effect, quantity } = first;
  const { noun } = FINDING_QUANTITIES[quantity];
  return {
    sentence: `At ${describePlace(axis, at)} the ${noun} of ${variant} is ${ratio(effect ?? 0)} times as long in “${group}” as in “${against?.group}”`,
    strength: strengthOf(first),
    quantity,
  };
}

const REFUSED = "refused-";

/** Servers that refuse come first: more load is lost, not late. */
function claimRefusal(findings: readonly Finding[]): Claim | null {
  const limits = findings.filter(({ question }) => question === "limit");
  const [first] = limits
    .filter(({ cause }) => cause?.startsWith(REFUSED))
    .toSorted((a, b) => (a.effect ?? 0) - (b.effect ?? 0));
  if (first === undefined) return null;
  const others = limits.filter((one) => one.cause === null && one.effect === one.at).map(nameOf);
  const rest =
    others.length === 0 ? "" : `; ${listed(others)} held ${others.length === 1 ? "all" : "all of them"}`;
  const [clause = ""] = describeLimitFinding(first).split(" and refused");
  return {
    sentence: `${clause}${rest}`,
    strength: first.at / Math.max(1, first.effect ?? 0),
    quantity: null,
  };
}

function claimBacklog(findings: readonly Finding[]): Claim | null {
  const limits = findings.filter(({ cause }) => cause === "listen-overflow");
  const [first] = limits.toSorted((a, b) => b.at - a.at);
  if (first === undefined) return null;
  const place = describePlace(first.axis, first.at);
  const quantity = "first-response-p99";
  if (limits.every(({ verdict }) => verdict === "at-most")) {
    return { sentence: `No accept queue overflows from ${place} on`, strength: 1, quantity };
  }
  const isOpen = limits.some(({ verdict }) => verdict === "at-least");
  const sentence = isOpen
    ? `Accept queues overflow up to ${place}, the longest tried`
    : `It takes ${place} until no accept queue overflows`;
  return { sentence, strength: 2, quantity };
}

function claimGrowth(findings: readonly Finding[]): Claim | null {
  const all = findings.filter(({ question, quantity }) => question === "growth" && quantity !== "rate");
  const [first] = shown(all, "growth").filter(({ low }) => (low ?? 0) >= GROWTH_MIN);
  if (first === undefined) return null;
  const { variant, axis, at, against, effect, quantity } = first;
  const { noun } = FINDING_QUANTITIES[quantity];
  return {
    sentence: `The ${noun} of ${variant} grows ${ratio(effect ?? 0)}-fold from ${describeRange(axis, against?.axisValue ?? 0, at)}${describeSteady(all, first)}`,
    strength: strengthOf(first),
    quantity,
  };
}

function describeSteady(growth: readonly Finding[], first: Finding): string {
  const steady = growth.filter(
    (one) =>
      one.quantity === first.quantity &&
      one.variant !== first.variant &&
      (one.high ?? Infinity) < strengthOf(first),
  );
  return steady.length === 0 ? "" : `, that of ${listed(steady.map(nameOf))} by less`;
}

function claimVariants(findings: readonly Finding[]): Claim | null {
  const all = shown(findings, "variants");
  const hardest = Math.max(...all.map(({ at }) => at));
  const [first] = all.filter(({ at }) => at === hardest);
  if (first === undefined) return null;
  const { variant, axis, at, against, effect, quantity } = first;
  const { noun } = FINDING_QUANTITIES[quantity];
  return {
    sentence: `At ${describePlace(axis, at)} the ${noun} of ${variant} is ${ratio(effect ?? 0)} times that of ${against?.variant}`,
    strength: strengthOf(first),
    quantity,
  };
}

function claimBreak(findings: readonly Finding[]): Claim | null {
  const limits = findings.filter(({ question }) => question === "limit");
  const [first] = limits.filter(({ cause }) => cause !== null).toSorted((a, b) => a.at - b.at);
  if (first === undefined) {
    const held = limits.filter(({ verdict }) => verdict === "at-least");
    const [one] = held.toSorted((a, b) => b.at - a.at);
    if (one === undefined) return null;
    return {
      sentence: `${listed(held.map(nameOf))} carried everything up to ${describePlace(one.axis, one.at)}`,
      strength: 1,
      quantity: null,
    };
  }
  return { sentence: describeLimitFinding(first).replace(/^the /, "The "), strength: 2, quantity: first.quantity };
}

function claimNothing(findings: readonly Finding[]): Claim {
  const quantity = findings[0]?.quantity ?? null;
  const names = [
    ...new Set(findings.flatMap(({ variant, against }) => [variant, against?.variant ?? variant])),
  ];
  if (names.length === 0) return { sentence: "Nothing could be compared", strength: 0, quantity };
  const isSame = findings.some(({ verdict }) => verdict === "no-difference");
  const what = isSame ? "No difference of 5 % or more" : "No difference";
  return { sentence: `${what} is shown between ${listed(names)}`, strength: 1, quantity };
}

function nameOf({ variant }: Finding): string {
  return variant;
}
