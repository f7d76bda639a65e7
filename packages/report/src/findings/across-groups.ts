import { CONFIDENCE_PERCENT, RUNS_MIN } from "@c10k-lab/inference";
import type { DoubtReason } from "@c10k-lab/protocol";
import { integer, listed, plural, ratio } from "@c10k-lab/words";
import { changeOf, changeSentences, type Pair } from "../comparison/change.ts";
import { between } from "../comparison/comparison.ts";
import { LATE_MS } from "../comparison/ladder.ts";
import { lateSentence } from "../comparison/wait-sentences.ts";
import { isLaddered, waitsOf } from "../comparison/waits.ts";
import { type CellFigures, intervalOf } from "../model/cell-figures.ts";
import { placeOf, wordsOf } from "../model/place.ts";
import type { Quantity } from "../model/quantities.ts";
import { RESPONSE_MAX, RESPONSE_P99, WALL_TIME } from "../model/quantities.ts";
import { figuresOfRun } from "../model/run-figures.ts";
import { cellsOf, isWhole, type Study } from "../model/study.ts";
import type { Table } from "../text/markdown.ts";

const COMPARED: readonly Quantity[] = [RESPONSE_P99, RESPONSE_MAX, WALL_TIME];

/** Groups that differ in how connections are let in differ in these: they are what is compared, not what spoils it. */
const EXPECTED: readonly DoubtReason[] = ["listen-overflow", "not-held"];

/** The same server under the same load in two groups of a plan. */
interface Twins {
  readonly to: CellFigures;
  readonly from: CellFigures;
  readonly groups: readonly [to: string, from: string];
}

/** Each group against the last one: once as submitted, once corrected. Empty where groups share no cell. */
export function acrossGroups(studies: readonly Study[]): string[] {
  const twins = twinsOf(studies);
  return [
    ...countSentences(twins),
    ...(twins.length === 0 ? [] : studies.flatMap(waitSentence)),
    ...lastOfEach(twins, isCut).map(cutSentence),
    ...[RESPONSE_MAX, RESPONSE_P99, WALL_TIME].flatMap((quantity) =>
      changeSentences(
        { expected: EXPECTED },
        quantity,
        lastOfEach(twins, ({ to, from }) => isRepeated(to) && isRepeated(from)).map(pairOf),
      ),
    ),
  ];
}

/** How the groups fared, counted: what the kernel and the clock say needs no interval. */
function countSentences(twins: readonly Twins[]): string[] {
  return [...Map.groupBy(twins, ({ groups }) => groups[0]).values()].map((of) => {
    const [first] = of as [Twins];
    const sides = [
      `“${first.groups[0]}” ${countsOf(of.map(({ to }) => to))}`,
      `“${first.groups[1]}” ${countsOf(of.map(({ from }) => from))}`,
    ];
    return `Of ${plural(of.length, "cell")} under the same load (medians over the runs of each), ${listed(sides)}.`;
  });
}

function countsOf(cells: readonly CellFigures[]): string {
  const cut = cells.filter(({ status }) => status === "cut-off").length;
  const full = cells.filter(({ listenOverflows }) => (listenOverflows ?? 0) > 0).length;
  const of = (count: number) => (count === 0 ? "none" : integer(count));
  return `overflowed the accept queue in ${of(full)} and ran out of time in ${of(cut)}`;
}

/** Whether what took long in a group took as long as the kernel waits before it sends again. */
function waitSentence(study: Study): string[] {
  if (!isLaddered(study)) return [];
  const waits = waitsOf(study, study.results.cells);
  if (waits.connections === 0) return [];
  const who = `All cells of “${study.group}”`;
  const late = lateSentence(who, waits) || `${who}: no connection waited longer than ${LATE_MS} ms.`;
  const { ListenOverflows, TCPTimeouts } = waits.tcp;
  return [
    `${late} The accept queue overflowed ${plural(ListenOverflows, "time")}, and retransmission timers ran out ${plural(TCPTimeouts, "time")}.`,
  ];
}

function isRepeated(cell: CellFigures): boolean {
  return isWhole(cell) && cell.runs.length >= RUNS_MIN;
}

function isCut({ to }: Twins): boolean {
  return to.status === "cut-off" && to.wallMs !== null;
}

/** A run that was cut off took longer than it was given: at least so many times as long. */
function cutSentence({ to, from, groups }: Twins): string {
  const cutOff = to.results.filter(({ status }) => status === "cut-off");
  const given = Math.min(...cutOff.flatMap((run) => figuresOfRun(run).wallMs ?? []));
  const head = `${to.variant} at ${placeOf(to.axis, to.x)}, “${groups[0]}”, was not over after ${WALL_TIME.format(given)} ms in ${cutOff.length} of ${plural(to.results.length, "run")}`;
  const interval = intervalOf(from, WALL_TIME.value);
  if (interval === null || from.status === "cut-off") return `${head}; no ratio is claimed.`;
  const least = `at least ${ratio(given / interval.high)} times as long as`;
  const base = `“${groups[1]}” (${WALL_TIME.format(from.wallMs ?? 0)} ms, ${CONFIDENCE_PERCENT} % interval ${WALL_TIME.format(interval.low)} to ${WALL_TIME.format(interval.high)} ms)`;
  return `${head}: ${least} ${base}.`;
}

/** Every pair of cells with the ratios; null where groups share no cell. */
export function acrossTable(studies: readonly Study[]): Table | null {
  const twins = twinsOf(studies);
  const [first] = twins;
  if (first === undefined) return null;
  const [to, from] = first.groups;
  const heads = COMPARED.flatMap(({ what, unit }) => [
    `${what}, ${to}, ${unit}`,
    `${from}, ${unit}`,
    `ratio (${CONFIDENCE_PERCENT} % interval)`,
  ]);
  return {
    head: ["server", wordsOf(first.to.axis).label, ...heads],
    rows: twins.map((one) => [
      one.to.variant,
      wordsOf(one.to.axis).format(one.to.x),
      ...COMPARED.flatMap((quantity) => [
        valueIn(one.to, quantity),
        valueIn(one.from, quantity),
        ratioText(one, quantity),
      ]),
    ]),
  };
}

function valueIn(cell: CellFigures, { value, format }: Quantity): string {
  return isWhole(cell) ? format(value(cell) as number) : cell.status;
}

function ratioText({ to, from }: Twins, { value }: Quantity): string {
  const change = isWhole(to) && isWhole(from) ? changeOf(to, from, value) : null;
  return change === null ? "none shown" : `${ratio(change.ratio)} (${between(change.interval)})`;
}

function twinsOf(studies: readonly Study[]): Twins[] {
  const base = studies.at(-1);
  if (base === undefined || base.group === null) return [];
  return studies.slice(0, -1).flatMap((study) =>
    study.variants.flatMap((variant) =>
      cellsOf(study, variant).flatMap((to): Twins[] => {
        const from = base.cells.find((cell) => isTwin(cell, to));
        return from === undefined ? [] : [{ to, from, groups: [study.group ?? "", base.group ?? ""] }];
      }),
    ),
  );
}

/** The same number of messages on the same connections: only then times can be compared, and be cut off alike. */
function isTwin(a: CellFigures, b: CellFigures): boolean {
  const messages = messagesAsked(a);
  const isSameWork = messages !== null && messages === messagesAsked(b);
  return a.variant === b.variant && a.x === b.x && a.connections === b.connections && isSameWork;
}

/** null where a time was asked for instead, or nothing is known. */
function messagesAsked({ results }: CellFigures): number | null {
  return results.find(({ client }) => client !== null)?.client?.asked.messages ?? null;
}

/** Of each variant its largest load of which it is true. */
function lastOfEach(twins: readonly Twins[], isOne: (twins: Twins) => boolean): Twins[] {
  const byVariant = Map.groupBy(twins.filter(isOne), ({ to, groups }) => `${groups[0]}: ${to.variant}`);
  return [...byVariant.values()].flatMap((of) => of.toSorted((a, b) => a.to.x - b.to.x).slice(-1));
}

function pairOf({ to, from, groups }: Twins): Pair {
  return {
    ...{ to, from },
    there: `at ${placeOf(to.axis, to.x)}, “${groups[0]}”,`,
    here: `of “${groups[1]}”`,
  };
}
