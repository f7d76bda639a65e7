import type { Finding, FindingQuantity, Level } from "@c10k-lab/protocol";
import {
  axisWords,
  type Column,
  describeBreak,
  describeRange,
  FINDING_QUANTITIES,
  figure,
  integer,
  MISSING,
  ratio,
  type Table,
  tabulate,
} from "@c10k-lab/words";
import { type Group, levelsOf, listAxisValues } from "../model/group.ts";

/** One server under one question: what it holds, what a message costs, what breaks first. */
export interface AnswerRow {
  readonly question: string;
  /** Short name of the question: the group, or else the question. */
  readonly name: string;
  readonly variant: string;
  readonly holds: string;
  readonly quantity: FindingQuantity;
  /** Value at the lower end of the axis, and at the upper; null where it was not measured. */
  readonly low: Level | null;
  readonly high: Level | null;
  readonly breaks: string;
  /** Something broke: `breaks` names it. */
  readonly hasBroken: boolean;
}

/** Growth by less breaks nothing. */
const GROWTH_MIN = 1.25;

/** Returns a row for each variant of a group. */
export function rowsOf(group: Group, findings: readonly Finding[]): AnswerRow[] {
  const own = findings.filter((one) => one.group === group.name);
  const levels = levelsOf(group);
  const quantity = quantityOf(levels);
  const question = questionOf(group, levels);
  const holdsOnly = isHoldOnly(group, findings);
  return group.variants.flatMap((variant): AnswerRow[] => {
    const limit = own.find((one) => one.question === "limit" && one.variant === variant);
    const measured = levels.filter((one) => one.variant === variant && one.quantity === quantity);
    const ends = holdsOnly ? [] : measured;
    if (limit === undefined && ends.length === 0) return [];
    const [low = null, high = null] = [ends[0], ends.length > 1 ? ends.at(-1) : undefined];
    const holds = describeHeld(group, limit, levels, variant);
    const first = findFirst(group, limit, own, variant, high ?? low);
    return [{ question, name: group.name ?? question, variant, holds, quantity, low, high, ...first }];
  });
}

/** Returns whether a group asks only what is held: with one message a connection most of the work is connecting. */
export function isHoldOnly(group: Group, findings: readonly Finding[]): boolean {
  const isLimit = findings.some(
    (one) => one.group === group.name && one.question === "limit" && one.quantity === "held",
  );
  return isLimit && !isSliced(group) && listAxisValues(group).length === 1;
}

/** Slices leave connecting out. */
function isSliced({ name, experiment }: Group): boolean {
  return experiment.repetitions.some(({ group, slices }) => group === name && slices.length > 0);
}

/** Returns the cost of a message where it is known, else the first quantity of the group. */
function quantityOf(levels: readonly Level[]): FindingQuantity {
  return levels.some(({ quantity }) => quantity === "cost") ? "cost" : (levels[0]?.quantity ?? "cost");
}

function questionOf({ name, axis, cells }: Group, levels: readonly Level[]): string {
  const values = [...levels, ...cells].map(({ axisValue }) => axisValue);
  if (values.length === 0) return name ?? "";
  const [from, to] = [Math.min(...values), Math.max(...values)];
  const { before, format, unit } = axisWords(axis);
  const range = from === to ? `${before}${format(to)}${unit}` : describeRange(axis, from, to);
  return name === null ? range : `${name}: ${range}`;
}

function describeHeld(
  { axis }: Group,
  limit: Finding | undefined,
  levels: readonly Level[],
  variant: string,
): string {
  if (axis === "backlog" || axis === "size") return MISSING;
  if (limit?.quantity === "held" && axis === "connections") {
    const held = integer(limit.effect);
    return limit.effect === limit.at ? held : `${held} of ${integer(limit.at)}`;
  }
  const measured = levels.filter((one) => one.variant === variant).map(({ axisValue }) => axisValue);
  return measured.length === 0 ? MISSING : axisWords(axis).format(Math.max(...measured));
}

/** Returns what broke first, in words; of a server that carried all, how far it was asked to go. */
function findFirst(
  { axis }: Group,
  limit: Finding | undefined,
  findings: readonly Finding[],
  variant: string,
  last: Level | null,
): Pick<AnswerRow, "breaks" | "hasBroken"> {
  if (limit !== undefined) return { breaks: describeBreak(limit), hasBroken: isBroken(limit) };
  const growth = findings.find(
    (one) => one.question === "growth" && one.quantity === "cost" && one.variant === variant,
  );
  const at = axisWords(axis).format(last?.axisValue ?? 0);
  if (growth?.verdict === "shown" && (growth.effect ?? 0) >= GROWTH_MIN) {
    const from = axisWords(axis).format(growth.against?.axisValue ?? 0);
    return { breaks: `cost ×${ratio(growth.effect ?? 0)} from ${from} to ${at}`, hasBroken: true };
  }
  const dearer = findings.find(
    (one) =>
      one.question === "variants" &&
      one.quantity === "cost" &&
      one.variant === variant &&
      one.at === last?.axisValue,
  );
  if (dearer?.verdict === "shown" && (dearer.effect ?? 0) >= GROWTH_MIN) {
    const times = ratio(dearer.effect ?? 0);
    return { breaks: `cost ×${times} that of ${dearer.against?.variant} at ${at}`, hasBroken: true };
  }
  return { breaks: `nothing up to ${at}`, hasBroken: false };
}

/** Returns whether a limit was reached: the server's, or else the client's. */
function isBroken({ cause, verdict }: Finding): boolean {
  return cause === null ? verdict !== "at-least" : cause !== "listen-overflow" || verdict !== "at-most";
}

/** Returns the answer table. A question stands in its first row; columns that are empty throughout are left out. */
export function answerTable(all: readonly AnswerRow[]): Table {
  const rows = mergeRows(all);
  const isNew = (row: AnswerRow) => rows[rows.indexOf(row) - 1]?.question !== row.question;
  const quantities = [...new Set(rows.map(({ quantity }) => quantity))];
  const [only] = quantities;
  const columns: Column<AnswerRow>[] = [
    { head: "question", align: "left", cell: (row) => (isNew(row) ? row.question : "") },
    { head: "server", align: "left", cell: ({ variant }) => variant },
    { head: "holds", cell: ({ holds }) => holds },
    {
      head: quantities.length === 1 && only ? FINDING_QUANTITIES[only].label : "value",
      cell: describeEnds,
    },
    { head: "breaks first", align: "left", cell: ({ breaks }) => breaks },
  ];
  return tabulate(
    columns.filter(({ cell }) => rows.some((row) => cell(row) !== MISSING && cell(row) !== "")),
    rows,
  );
}

/** Merges the rows of a question that hold and break alike, and in which no value was measured, into one, its last. */
export function mergeRows(rows: readonly AnswerRow[]): AnswerRow[] {
  return [...Map.groupBy(rows, ({ question }) => question).values()].flatMap((asked) => {
    const alike = Map.groupBy(asked, ({ holds, breaks, low, high }) =>
      low === null && high === null ? `${holds} ${breaks}` : Symbol(),
    );
    const merged = [...alike.values()].flatMap(([first, ...others]): AnswerRow[] => {
      if (first === undefined) return [];
      if (others.length === 0) return [first];
      return [{ ...first, variant: others.length + 1 === asked.length ? "all" : "the others" }];
    });
    const isMerged = (row: AnswerRow) => !asked.includes(row);
    return merged.toSorted((one, other) => Number(isMerged(one)) - Number(isMerged(other)));
  });
}

/** Returns "17.8 → 33.2"; one value where there is but one. */
export function describeEnds({ low, high }: Pick<AnswerRow, "low" | "high">): string {
  return high === null ? describeLevel(low) : `${describeLevel(low)} → ${describeLevel(high)}`;
}

/** Returns "17.8", or "≥ 52,000" for a rate that the client limited. */
function describeLevel(level: Level | null): string {
  if (level === null) return MISSING;
  return `${level.isLowerBound ? "≥ " : ""}${figure(level.value)}`;
}
