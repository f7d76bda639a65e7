import type { Finding, FindingQuantity } from "@c10k-lab/protocol";
import { describeHeld, describeLimitFinding, FINDING_QUANTITIES } from "./answers.ts";
import { describePlace, describeRange } from "./phrases/axis.ts";
import { listed, ratio, sentenceCase } from "./phrases/numbers.ts";

/** A smaller factor is not worth a headline. */
const GROWTH_MIN = 1.25;

/** A claim without a full stop, and what orders claims. */
export interface Claim {
  /** Servers that are the subject of `text`; null where the subject is in it. */
  readonly subject: string | null;
  /** Begins in lower case. */
  readonly text: string;
  /** Factor. */
  readonly strength: number;
  /** Quantity that a chart of the claim shows; null where there is none to draw. */
  readonly quantity: FindingQuantity | null;
  /** The server that the claim speaks against; null where there is none. */
  readonly about: string | null;
  /** The server carried no more. */
  readonly isEnd: boolean;
}

const ABOUT_NONE = { subject: null, about: null, isEnd: false } as const;

/** Returns a claim as a heading. The name of a server keeps its case. */
export function describeClaim({ subject, text }: Claim): string {
  return subject === null ? sentenceCase(text) : `${subject} ${text}`;
}

/** Returns the strongest claims as one sentence: "select stops scaling first: it held …; at 4,000 connections …." */
export function joinClaims(claims: readonly Claim[], isAboutServers: boolean): string {
  const [first, ...others] = claims;
  if (first === undefined) return "Nothing was measured that answers the question.";
  const rest = others
    .map(({ subject, text }) => `; ${subject === null ? text : `${subject} ${text}`}`)
    .join("");
  if (!isAboutServers || first.about === null) return `${describeClaim(first)}${rest}.`;
  const verdict = `${first.about} ${first.isEnd ? "stops scaling first" : "scales worst"}`;
  return `${verdict}: ${first.subject === first.about ? `it ${first.text}` : first.text}${rest}.`;
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
    text: `at ${describePlace(axis, at)} the ${noun} of ${variant} is ${ratio(effect ?? 0)} times as long in “${group}” as in “${against?.group}”`,
    strength: strengthOf(first),
    quantity,
    ...ABOUT_NONE,
  };
}

const REFUSED = "refused-";

/** Servers that refuse a good part come first: more load is lost, not late. */
function claimRefusal(findings: readonly Finding[]): Claim | null {
  const limits = findings.filter(({ question }) => question === "limit");
  const [first] = limits
    .filter(({ cause }) => cause?.startsWith(REFUSED))
    .toSorted((a, b) => (a.effect ?? 0) - (b.effect ?? 0));
  if (first === undefined || first.at < GROWTH_MIN * (first.effect ?? 0)) return null;
  const others = limits
    .filter((one) => one.cause === null && one.effect === one.at && one.at === first.at)
    .map(nameOf);
  const rest = others.length === 0 ? "" : `; ${listed(others)} held all`;
  return {
    subject: first.variant,
    text: `${describeHeld(first)}${rest}`,
    strength: first.at / Math.max(1, first.effect ?? 0),
    quantity: null,
    about: first.variant,
    isEnd: true,
  };
}

function claimBacklog(findings: readonly Finding[]): Claim | null {
  const limits = findings.filter(({ cause }) => cause === "listen-overflow");
  const [first] = limits.toSorted((a, b) => b.at - a.at);
  if (first === undefined) return null;
  const place = describePlace(first.axis, first.at);
  const quantity = "first-response-p99";
  if (limits.every(({ verdict }) => verdict === "at-most")) {
    return { text: `no accept queue overflows from ${place} on`, strength: 1, quantity, ...ABOUT_NONE };
  }
  const isOpen = limits.some(({ verdict }) => verdict === "at-least");
  const text = isOpen
    ? `accept queues overflow up to ${place}, the longest tried`
    : `it takes ${place} until no accept queue overflows`;
  return { text, strength: 2, quantity, ...ABOUT_NONE };
}

function claimGrowth(findings: readonly Finding[]): Claim | null {
  const all = findings.filter(({ question, quantity }) => question === "growth" && quantity !== "rate");
  const [first] = shown(all, "growth").filter(({ low }) => (low ?? 0) >= GROWTH_MIN);
  if (first === undefined) return null;
  const { variant, axis, at, against, effect, quantity } = first;
  const { noun } = FINDING_QUANTITIES[quantity];
  return {
    text: `the ${noun} of ${variant} grows ${ratio(effect ?? 0)}-fold from ${describeRange(axis, against?.axisValue ?? 0, at)}${describeSteady(all, first)}`,
    strength: strengthOf(first),
    quantity,
    subject: null,
    about: variant,
    isEnd: false,
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
    text: `at ${describePlace(axis, at)} the ${noun} of ${variant} is ${ratio(effect ?? 0)} times that of ${against?.variant}`,
    strength: strengthOf(first),
    quantity,
    ...ABOUT_NONE,
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
      ...ABOUT_NONE,
      subject: listed(held.map(nameOf)),
      text: `carried everything up to ${describePlace(one.axis, one.at)}`,
      strength: 1,
      quantity: null,
    };
  }
  const alike = limits.filter(
    ({ cause, at }) => cause === "failed" && first.cause === cause && at === first.at,
  );
  if (alike.length > 1) {
    const text = `failed at ${describePlace(first.axis, first.at)}`;
    return { ...ABOUT_NONE, subject: listed(alike.map(nameOf)), text, strength: 2, quantity: first.quantity };
  }
  // A server that failed before it held a connection does not scale badly: it does not echo.
  const scales = first.cause !== "failed" || (first.effect ?? 0) > 0;
  return {
    subject: first.variant,
    text: describeLimitFinding(first),
    strength: 2,
    quantity: first.quantity,
    about: scales ? first.variant : null,
    isEnd: scales,
  };
}

function claimNothing(findings: readonly Finding[]): Claim {
  const quantity = findings[0]?.quantity ?? null;
  const names = [
    ...new Set(findings.flatMap(({ variant, against }) => [variant, against?.variant ?? variant])),
  ];
  if (names.length === 0) return { text: "nothing could be compared", strength: 0, quantity, ...ABOUT_NONE };
  const isSame = findings.some(({ verdict }) => verdict === "no-difference");
  const what = isSame ? "no difference of 5 % or more" : "no difference";
  return { text: `${what} is shown between ${listed(names)}`, strength: 1, quantity, ...ABOUT_NONE };
}

function nameOf({ variant }: Finding): string {
  return variant;
}
