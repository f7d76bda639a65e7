import { type Finding, type FindingQuantity, isRefusal } from "@c10k-lab/protocol";
import { describeHeld, describeLimitFinding, FINDING_QUANTITIES } from "./answers.ts";
import { describePlace, describeRange } from "./phrases/axis.ts";
import { integer, listed, NAMES_MAX, ratio, sentenceCase } from "./phrases/numbers.ts";

/** A smaller factor is not worth a headline. */
const GROWTH_MIN = 1.25;

/** An answer that findings allow, as a text without a full stop, and the strength that orders such answers. */
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
  /** Findings whose effect is in `text`. */
  readonly tells: readonly Finding[];
}

/** The rest of a claim whose subject is in its text, that speaks against no server, and tells no effect of a finding. */
export const ABOUT_NONE = { subject: null, about: null, isEnd: false, tells: [] } as const;

/** Returns a claim as a heading. The name of a server keeps its case. */
export function describeClaim({ subject, text }: Claim): string {
  return subject === null ? sentenceCase(text) : `${subject} ${text}`;
}

/** Returns claims as sentences, the strongest first: "select stops scaling first: it held …." and "At 4,000 connections …." */
export function joinClaims(claims: readonly Claim[], isAboutServers: boolean): string[] {
  const [first, ...others] = claims;
  if (first === undefined) return [];
  const verdict = isAboutServers ? describeVerdict(first) : describeClaim(first);
  return [verdict, ...others.map(describeClaim)].map((sentence) => `${sentence}.`);
}

/** Returns the answer of a plan without a claim. @param isMeasured a server has been measured, at a single load */
export function describeNoClaim(isMeasured: boolean): string {
  return isMeasured
    ? "There is nothing to compare: the table has what was measured."
    : "Nothing was measured that answers the question.";
}

/** Returns a claim with what it means for the server that it speaks against. */
function describeVerdict(claim: Claim): string {
  const { about, isEnd, subject, text } = claim;
  if (about === null) return describeClaim(claim);
  const verdict = isEnd ? "stops scaling first" : "scales worst";
  return `${about} ${verdict}: ${subject === about ? `it ${text}` : text}`;
}

/** Returns the strongest claim that the findings of one group allow. */
export function claimOf(findings: readonly Finding[]): Claim {
  return (
    claimGroups(findings) ??
    claimRefusal(findings) ??
    claimBacklog(findings) ??
    claimShape(findings) ??
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
    tells: [first],
  };
}

/** Servers that refuse a good part come first: more load is lost, not late. */
function claimRefusal(findings: readonly Finding[]): Claim | null {
  const limits = findings.filter(({ question }) => question === "limit");
  const [first] = limits
    .filter(({ cause }) => isRefusal(cause))
    .toSorted((a, b) => (a.effect ?? 0) - (b.effect ?? 0));
  if (first === undefined || first.at < GROWTH_MIN * (first.effect ?? 0)) return null;
  const others = limits
    .filter((one) => one.cause === null && one.effect === one.at && one.at === first.at)
    .map(nameOf);
  const rest = others.length === 0 ? "" : `, while ${listed(others)} held all`;
  const alike = limits.filter(
    ({ cause, at, effect }) => cause === first.cause && at === first.at && effect === first.effect,
  );
  return {
    subject: listed(alike.map(nameOf)),
    text: `${describeHeld(first)}${rest}`,
    strength: first.at / Math.max(1, first.effect ?? 0),
    quantity: null,
    about: alike.length === 1 ? first.variant : null,
    isEnd: true,
    tells: alike,
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

/**
 * Returns how a server grows, or how it differs from another: of connections that all work, whichever is clearer. The clearer
 * of both says how much the group shows, whichever is told.
 */
function claimShape(findings: readonly Finding[]): Claim | null {
  const [growth, variants] = [claimGrowth(findings), claimVariants(findings)];
  if (growth === null || variants === null) return growth ?? variants;
  const isWorking = findings.some(({ axis }) => axis === "connections");
  const isClearer = isWorking && variants.strength > growth.strength;
  return { ...(isClearer ? variants : growth), strength: Math.max(growth.strength, variants.strength) };
}

function claimGrowth(findings: readonly Finding[]): Claim | null {
  const all = findings.filter(({ question, quantity }) => question === "growth" && quantity !== "rate");
  const [first] = shown(all, "growth").filter((one) => (one.low ?? 0) >= GROWTH_MIN && !isQueueing(one));
  if (first === undefined) return null;
  const { variant, axis, at, against, effect, quantity } = first;
  const { noun } = FINDING_QUANTITIES[quantity];
  const [growth, steady] = [all.filter((one) => one.quantity === quantity), listSteady(all, first)];
  const names = steady.length > NAMES_MAX ? `${integer(steady.length)} others` : listed(steady.map(nameOf));
  return {
    text: `the ${noun} of ${variant} grows ${ratio(effect ?? 0)}-fold from ${describeRange(axis, against?.axisValue ?? 0, at)}${steady.length === 0 ? "" : `, that of ${names} by less`}`,
    strength: strengthOf(first),
    quantity,
    subject: null,
    // Where others grow as much, none scales worst.
    about: steady.length > 0 || growth.length === 1 ? variant : null,
    isEnd: false,
    tells: [first],
  };
}

function listSteady(growth: readonly Finding[], first: Finding): Finding[] {
  return growth.filter(
    (one) =>
      one.quantity === first.quantity &&
      one.variant !== first.variant &&
      (one.high ?? Infinity) < strengthOf(first),
  );
}

const TIMES: readonly FindingQuantity[] = ["p99", "first-response-p99", "wall-time"];

/**
 * Returns whether a time grew by no more than the connections did. In a closed loop all of them wait for one server, so that a
 * time in proportion to their number is no property of the server.
 */
export function isQueueing({ question, axis, quantity, at, against, low }: Finding): boolean {
  if (question !== "growth" || axis !== "connections" || !TIMES.includes(quantity)) return false;
  return (low ?? 0) <= (GROWTH_MIN * at) / Math.max(1, against?.axisValue ?? 1);
}

function claimVariants(findings: readonly Finding[]): Claim | null {
  const all = shown(findings, "variants");
  const hardest = Math.max(...all.map(({ at }) => at));
  const [first, ...others] = all.filter(({ at }) => at === hardest);
  if (first === undefined) return null;
  const { variant, axis, at, against, effect, quantity } = first;
  const { noun } = FINDING_QUANTITIES[quantity];
  const isSmaller = (effect ?? 1) < 1;
  const [of, than] = isSmaller ? [against?.variant, variant] : [variant, against?.variant];
  const times = ratio(isSmaller ? 1 / (effect ?? 1) : (effect ?? 0));
  const more = isSmaller
    ? []
    : others
        .filter((one) => one.quantity === quantity && (one.effect ?? 0) >= GROWTH_MIN)
        .slice(0, NAMES_MAX - 1);
  const rest = listed([
    `${times} times that of ${than}`,
    ...more.map((one) => `that of ${one.variant} ${ratio(one.effect ?? 0)} times`),
  ]);
  return {
    text: `at ${describePlace(axis, at)} the ${noun} of ${of} is ${rest}`,
    strength: strengthOf(first),
    quantity,
    ...ABOUT_NONE,
    tells: [first, ...more],
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
    tells: [first],
  };
}

function claimNothing(findings: readonly Finding[]): Claim {
  const quantity = findings[0]?.quantity ?? null;
  const names = [
    ...new Set(findings.flatMap(({ variant, against }) => [variant, against?.variant ?? variant])),
  ];
  if (names.length === 0) return { text: "nothing could be compared", strength: 0, quantity, ...ABOUT_NONE };
  const [only, other] = names;
  if (other === undefined) {
    const last = findings.reduce((a, b) => (b.at > a.at ? b : a), findings[0] as Finding);
    const text = `no sign is shown that ${only} stops scaling up to ${describePlace(last.axis, last.at)}`;
    return { text, strength: 1, quantity, ...ABOUT_NONE };
  }
  if (findings.every(({ low }) => low === null)) {
    const text = `nothing was measured often enough to tell ${listed(names)} apart`;
    return { text, strength: 0, quantity, ...ABOUT_NONE };
  }
  const isSame = findings.some(({ verdict }) => verdict === "no-difference");
  const what = isSame ? "no difference of 5 % or more" : "no difference";
  return { text: `${what} is shown between ${listed(names)}`, strength: 1, quantity, ...ABOUT_NONE };
}

function nameOf({ variant }: Finding): string {
  return variant;
}
