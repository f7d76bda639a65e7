import {
  CONFIDENCE_PERCENT,
  type Effect,
  estimateEffects,
  median,
  medianInterval,
  ratioInterval,
} from "@c10k-lab/inference";
import {
  type Axis,
  type Break,
  countHeld,
  type Finding,
  type FindingQuantity,
  findRefusal,
  type Incident,
  type RepetitionResult,
} from "@c10k-lab/protocol";
import { cellsOf, isSliced, type MeasuredCell } from "./cells.ts";
import { isBounded, logLevels, SLICE_READERS } from "./slice-values.ts";
import { WHOLE_READERS, wholeValues } from "./whole-values.ts";

/** Smallest share of an offered rate with which a server keeps up. */
const ACHIEVED_MIN = 0.95;
/** Smallest share of its best rate that a server keeps as the load rises. */
const RATE_KEPT_MIN = 0.8;
/** Longest p99 response time: the delay people notice, ms. */
const P99_MAX_MS = 100;

/** Axes on which a larger value is more work for the server. */
const LOADS: readonly Axis[] = ["connections", "idle", "connect-rate", "rate"];

/** Statuses of repetitions that ended before the server had the whole load: no limit follows from what it held. */
const CUT_SHORT: readonly RepetitionResult["status"][] = ["interrupted", "engine-lost"];

/** A sign that a server broke in a cell, with the quantity that shows it. */
interface Sign {
  readonly cause: Break | null;
  readonly quantity: FindingQuantity;
  /** Value, and the ends of its interval. */
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Returns the load at which each variant of a group broke, or that it did not; or the shortest backlog that suffices. */
export function findLimits(plan: string, group: readonly RepetitionResult[]): Finding[] {
  const axis = group[0]?.axis ?? "connections";
  const sliced = isSliced(group);
  const find =
    axis === "backlog" ? findEnough : !LOADS.includes(axis) ? null : sliced ? findOverload : findBreak;
  if (find === null) return [];
  const measured = group.filter(
    (one) =>
      !CUT_SHORT.includes(one.status) &&
      (one.client !== null || findRefusal(one) !== null || one.status === "out-of-memory" || isBroken(one)),
  );
  return [...Map.groupBy(cellsOf(measured), ({ variant }) => variant).values()].flatMap((cells) => {
    const found = find(cells);
    return found === null ? [] : [{ plan, axis, ...found }];
  });
}

type Found = Omit<Finding, "plan" | "axis">;

/** Ends of a foreign server by its own fault, before or under the load. */
const FAULTS: readonly Incident["incident"][] = ["no-echo", "not-ready", "ended-early", "over-limit"];

/** Returns whether a foreign server failed; of one of ours nothing follows from a client or a probe that failed. */
function isBroken({ ledger, status, incidents }: RepetitionResult): boolean {
  return (
    ledger !== "both" && status === "failed" && incidents.some(({ incident }) => FAULTS.includes(incident))
  );
}

function findBreak(cells: readonly MeasuredCell[]): Found | null {
  let best: MeasuredCell | null = null;
  for (const cell of cells) {
    const sign = signOf(cell, best);
    if (sign !== null) return describe(cell, sign, "shown");
    if (best === null || rateOf(cell) > rateOf(best)) best = cell;
  }
  const last = cells.at(-1);
  if (last === undefined) return null;
  const held = heldIn(last);
  const isHeld = last.repetitions.every((one) => countHeld(one) === one.connections);
  return describe(last, held, isHeld || !asksToHold(last) ? "at-least" : "not-shown");
}

/**
 * Returns the first load at which a server refused connections, a foreign one failed, or, in an open loop, a server at its
 * limit did not carry what was offered.
 */
function findOverload(cells: readonly MeasuredCell[]): Found | null {
  const signs = cells.map((cell) => ({
    cell,
    sign: failureSign(cell) ?? refusalSign(cell) ?? offeredSign(cell),
  }));
  const first = signs.find(({ sign }) => sign !== null);
  return first?.sign ? describe(first.cell, first.sign, "shown") : null;
}

/** Returns whether a cell asks for connections that are all open at one time, and do not come and go. */
function asksToHold({ repetitions: [first] }: MeasuredCell): boolean {
  return first?.axis !== "connect-rate";
}

/** Finds the shortest backlog that suffices: the first one beyond the last that overflowed. */
function findEnough(cells: readonly MeasuredCell[]): Found | null {
  const isFull = ({ repetitions }: MeasuredCell) =>
    repetitions.some(({ evidence }) => (evidence.tcp.ListenOverflows ?? 0) > 0);
  const last = cells.findLastIndex(isFull);
  const enough = cells[last + 1] ?? cells.at(-1);
  if (enough === undefined) return null;
  const sign = {
    cause: "listen-overflow",
    quantity: "held",
    value: enough.axisValue,
    ...NO_INTERVAL,
  } as const;
  if (last === cells.length - 1) return describe(enough, sign, "at-least");
  return describe(enough, sign, last === -1 ? "at-most" : "shown");
}

const NO_INTERVAL = { low: null, high: null };

function describe(cell: MeasuredCell, sign: Sign, verdict: Finding["verdict"]): Found {
  return {
    group: cell.group,
    question: "limit",
    quantity: sign.quantity,
    at: cell.axisValue,
    variant: cell.variant,
    against: null,
    effect: sign.value,
    low: sign.low,
    high: sign.high,
    level: CONFIDENCE_PERCENT,
    verdict,
    cause: sign.cause,
    doubts: [],
    slices: cell.repetitions.length,
    replaced: 0,
    wouldTake: null,
  };
}

function signOf(cell: MeasuredCell, best: MeasuredCell | null): Sign | null {
  const refusal = refusalSign(cell);
  if (refusal !== null) return refusal;
  const ended = (["out-of-memory", "cut-off", "failed"] as const).find((status) => hasMostly(cell, status));
  if (ended !== undefined) return { ...heldIn(cell), cause: ended };
  return offeredSign(cell) ?? rateSign(cell, best) ?? latencySign(cell);
}

function failureSign(cell: MeasuredCell): Sign | null {
  const isForeign = cell.repetitions.every(({ ledger }) => ledger !== "both");
  return isForeign && hasMostly(cell, "failed") ? { ...heldIn(cell), cause: "failed" } : null;
}

function refusalSign(cell: MeasuredCell): Sign | null {
  const refusal = cell.repetitions.map(findRefusal).find((reason) => reason !== null);
  return refusal === undefined || refusal === null ? null : { ...heldIn(cell), cause: refusal };
}

function hasMostly({ repetitions }: MeasuredCell, status: RepetitionResult["status"]): boolean {
  return 2 * repetitions.filter((one) => one.status === status).length > repetitions.length;
}

function heldIn({ repetitions }: MeasuredCell): Sign {
  const held = repetitions.map((one) => countHeld(one) ?? 0);
  return {
    cause: null,
    quantity: "held",
    value: median(held) ?? 0,
    low: Math.min(...held),
    high: Math.max(...held),
  };
}

/** Compares what came with what was offered whatever the server did. */
function offeredSign(cell: MeasuredCell): Sign | null {
  const [first] = cell.repetitions;
  const isConnecting = first?.axis === "connect-rate";
  const asked = first?.clients === 1 ? first.client?.asked?.options?.rate : null;
  const offered = isConnecting || first?.axis === "rate" ? cell.axisValue : asked;
  if (typeof offered !== "number") return null;
  const quantity = isConnecting ? "connection-rate" : "rate";
  const achieved = isSliced(cell.repetitions) ? rateAtLimit(cell) : achievedIn(cell, quantity);
  if (achieved === null || achieved.high / offered >= ACHIEVED_MIN) return null;
  const [value, low, high] = [achieved.effect, achieved.low, achieved.high].map((rate) => rate / offered);
  return { cause: "offered", quantity, value: value ?? 0, low: low ?? null, high: high ?? null };
}

function achievedIn({ repetitions }: MeasuredCell, quantity: "rate" | "connection-rate"): Effect | null {
  const values = wholeValues(repetitions, WHOLE_READERS[quantity]);
  const interval = medianInterval(values);
  return interval === null ? null : { effect: median(values) ?? 0, low: interval.low, high: interval.high };
}

/** Returns the rate of a server that used its core up; null where the client decided the rate. */
function rateAtLimit({ repetitions }: MeasuredCell): Effect | null {
  if (isBounded(repetitions)) return null;
  return estimateEffects([logLevels(repetitions, SLICE_READERS.rate)])[0] ?? null;
}

function rateSign(cell: MeasuredCell, best: MeasuredCell | null): Sign | null {
  if (best === null) return null;
  const [here, there] = [cell, best].map(({ repetitions }) => wholeValues(repetitions, WHOLE_READERS.rate));
  const interval = ratioInterval(here ?? [], there ?? []);
  if (interval === null || interval.high >= RATE_KEPT_MIN) return null;
  return { cause: "rate", quantity: "rate", value: rateOf(cell) / rateOf(best), ...interval };
}

function latencySign({ repetitions }: MeasuredCell): Sign | null {
  const values = wholeValues(repetitions, WHOLE_READERS.p99);
  const interval = medianInterval(values);
  if (interval === null || interval.low <= P99_MAX_MS) return null;
  return { cause: "latency", quantity: "p99", value: median(values) ?? 0, ...interval };
}

function rateOf({ repetitions }: MeasuredCell): number {
  return median(wholeValues(repetitions, WHOLE_READERS.rate)) ?? 0;
}
