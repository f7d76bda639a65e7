import { type Finding, isRefusal, type RepetitionResult } from "@c10k-lab/protocol";
import {
  type Claim,
  claimFall,
  describeAnswer,
  describeClaim,
  describeFailure,
  describePlace,
  describeRefusal,
  describeSides,
  figure,
  integer,
  isQueueing,
  listed,
  percent,
  plural,
  rangeText,
} from "@c10k-lab/words";
import type { CellFigures } from "../model/cell-figures.ts";
import { cellsOf, type Group, isAblation, levelsOf } from "../model/group.ts";
import { CHANCE_PERCENT } from "../waits/ladder.ts";
import { areRetransmissions, isLaddered, waitsOf } from "../waits/waits.ts";
import { explainCosts } from "./connection-costs.ts";

/** Sentences of a section. */
const REASONS_MAX = 5;
const FINDINGS_MAX = 3;
/** Less is no slowness to explain. */
const DEARER_MIN = 1.25;

/** Returns why a claim holds: its figures, then what the servers and the kernel did. */
export function listReasons(group: Group, findings: readonly Finding[], claim: Claim): string[] {
  const figures = chooseFindings(findings, claim).map((finding) => describeFigures(group, finding, claim));
  const fall = claimFall(levelsOf(group));
  const falls = fall === null ? [] : [`${describeClaim(fall)}.`];
  const mechanisms = [...falls, ...explainCosts(group), ...explainQueue(group), ...explainWork(group)];
  const room = Math.max(FINDINGS_MAX, REASONS_MAX - mechanisms.length);
  return [...figures.slice(0, room), ...mechanisms].slice(0, REASONS_MAX);
}

/** Merges refusals of servers that held alike and gave one reason into one, whose subject are all of them. */
export function mergeRefusals(findings: readonly Finding[]): Finding[] {
  const alike = Map.groupBy(findings, (one) =>
    isRefusal(one.cause) ? `${one.group} ${one.cause} ${one.effect} ${one.at}` : one,
  );
  return [...alike.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ ...first, variant: listed([first, ...others].map(({ variant }) => variant)) }],
  );
}

/** Returns a finding with the values of both sides. Where the claim says already what a server held, the reason is left. */
function describeFigures(group: Group, finding: Finding, claim: Claim): string {
  const { question, variant, against, quantity, at, cause } = finding;
  if (question === "limit" || against === null) {
    const failure = cause === "failed" ? describeFailureOf(group, finding) : null;
    if (failure !== null) return `${variant}: ${failure}`;
    return isRefusal(cause) && claim.isEnd && claim.subject === variant
      ? `${variant} ${describeRefusal(finding)}.`
      : describeAnswer(finding);
  }
  const levels = group.experiment.findings?.levels ?? [];
  const readLevel = (of: string | null, name: string, axisValue: number) =>
    levels.find(
      (one) =>
        one.group === of && one.variant === name && one.axisValue === axisValue && one.quantity === quantity,
    )?.value;
  const value = readLevel(finding.group, variant, at);
  const other = readLevel(against.group, against.variant, against.axisValue);
  return value === undefined || other === undefined || finding.verdict !== "shown"
    ? describeAnswer(finding)
    : describeSides(finding, value, other);
}

/** Returns why servers failed, each reason once: "mine: The server did not echo …". */
export function listFailures(group: Group, findings: readonly Finding[]): string[] {
  const failed = findings.filter((one) => one.group === group.name && one.cause === "failed");
  return failed.flatMap((finding) => {
    const failure = describeFailureOf(group, finding);
    return failure === null ? [] : [`${finding.variant}: ${failure}`];
  });
}

/** Returns why nothing was measured: each reason once, with the servers that it is about. */
export function explainNothing(repetitions: readonly RepetitionResult[]): string[] {
  const failed = repetitions.flatMap((one) => {
    const reason = describeFailure(one);
    return reason === null ? [] : [{ variant: one.variant, reason }];
  });
  return [...Map.groupBy(failed, ({ reason }) => reason)]
    .slice(0, REASONS_MAX)
    .map(([reason, of]) => `${listed([...new Set(of.map(({ variant }) => variant))])}: ${reason}`);
}

/** Returns why a server failed where a finding says that it did. */
function describeFailureOf(group: Group, { variant, at }: Finding): string | null {
  const cells = group.results.repetitions.filter((one) => one.variant === variant && one.axisValue === at);
  return cells.map(describeFailure).find((reason) => reason !== null) ?? null;
}

/** One finding for each question and quantity, the strongest at the highest load, those of the claim's quantity first. */
function chooseFindings(findings: readonly Finding[], { quantity, isEnd }: Claim): Finding[] {
  const told = findings
    .filter((one) => one.verdict !== "not-shown" && one.question !== "limit" && !isQueueing(one))
    .toSorted(
      (a, b) =>
        Number(b.quantity === quantity) - Number(a.quantity === quantity) ||
        b.at - a.at ||
        strengthOf(b) - strengthOf(a),
    );
  const first = [...Map.groupBy(told, (one) => `${one.question} ${one.quantity}`).values()].flatMap((alike) =>
    alike.slice(0, 1),
  );
  const limits = mergeRefusals(
    findings.filter(({ question, cause }) => question === "limit" && cause !== null),
  );
  const chosen = isEnd ? [...limits.slice(0, 2), ...first] : [...first, ...limits.slice(0, 2)];
  return chosen.slice(0, FINDINGS_MAX + 1);
}

/** Returns the factor that an interval leaves at least, whichever way it goes. */
export function strengthOf({ low, high }: Finding): number {
  return low === null || high === null || low === 0 ? 1 : Math.max(low, 1 / high);
}

/** Explains the cost of a message by what each architecture does for it, as far as the kernel has counted it. */
function explainWork(group: Group): string[] {
  if (isAblation(group)) return [];
  const { scanning, threaded, others } = sortByWork(group);
  return [...explainScans(scanning, others), ...explainSwitches(threaded, others)];
}

/** A server that costs more than others, and why. */
interface Slowness {
  readonly variants: readonly string[];
  readonly reason: string;
}

/** Returns why servers that scan all descriptors cost more, or else those with many threads; null where none is shown to. */
export function explainSlowness(group: Group, findings: readonly Finding[]): Slowness | null {
  if (isAblation(group)) return null;
  const { scanning, threaded, others } = sortByWork(group);
  const isDearer = ({ variant }: CellFigures) =>
    findings.some(
      (one) =>
        one.group === group.name &&
        one.variant === variant &&
        one.quantity === "cost" &&
        one.verdict === "shown" &&
        (one.effect ?? 0) >= DEARER_MIN,
    );
  const explained = [
    { cells: scanning.filter(isDearer), explain: explainScans },
    { cells: threaded.filter(isDearer), explain: explainSwitches },
  ].flatMap(({ cells, explain }) =>
    explain(cells, others)
      .slice(0, 1)
      .map((reason) => ({ variants: cells.map(({ variant }) => variant), reason })),
  );
  return explained[0] ?? null;
}

/** Sorts the cells at each variant's highest load by what the servers do for a message. */
function sortByWork(group: Group) {
  const last = group.variants.flatMap((variant) => cellsOf(group, variant).at(-1) ?? []);
  const traits = new Map(group.experiment.manifest.servers.map(({ name, traits: of }) => [name, of]));
  const scanning = last.filter(({ server }) => traits.get(server)?.scansDescriptors);
  const threaded = last.filter(({ server }) => traits.get(server)?.startsThreadPerConnection);
  const others = last.filter((cell) => !scanning.includes(cell) && !threaded.includes(cell));
  return { scanning, threaded, others };
}

/** Returns a sentence for each load: servers at the same one share it. */
function explainScans(scanning: readonly CellFigures[], others: readonly CellFigures[]): string[] {
  const known = scanning.filter(({ descriptorsPerWait }) => descriptorsPerWait !== null);
  return [...Map.groupBy(known, placeOf)].map(([place, cells]) => {
    const counts = cells.map(
      ({ variant, descriptorsPerWait }, at) =>
        `${integer(descriptorsPerWait)}${at === 0 ? " descriptors at each wait" : ""} of ${variant}`,
    );
    return `At ${place} the kernel scans ${listed(counts)}${otherEvents(others)}.`;
  });
}

function otherEvents(others: readonly CellFigures[]): string {
  const told = others.filter(({ eventsPerWait }) => (eventsPerWait ?? 0) > 0);
  if (told.length === 0) return "";
  const events = rangeText(
    told.map(({ eventsPerWait }) => eventsPerWait ?? 0),
    figure,
  );
  return `; ${listNames(told)} ${told.length === 1 ? "is" : "are"} told only the ready ones, ${events} per wake-up`;
}

function explainSwitches(threaded: readonly CellFigures[], others: readonly CellFigures[]): string[] {
  return threaded.flatMap((cell) =>
    cell.switchesPerMessage === null
      ? []
      : [
          `${cell.variant} wakes a thread for each message: ${figure(cell.switchesPerMessage)} context switches per message at ${placeOf(cell)}${otherSwitches(others)}.`,
        ],
  );
}

function otherSwitches(others: readonly CellFigures[]): string {
  const told = others.filter(({ switchesPerMessage }) => switchesPerMessage !== null);
  if (told.length === 0) return "";
  const switches = rangeText(
    told.map(({ switchesPerMessage }) => switchesPerMessage ?? 0),
    figure,
  );
  return `, against ${switches} of ${listNames(told)}`;
}

function listNames(cells: readonly CellFigures[]): string {
  return listed(cells.map(({ variant }) => variant));
}

function placeOf({ axis, axisValue }: CellFigures): string {
  return describePlace(axis, axisValue);
}

/** Explains long waits by the accept queue, where the kernel has counted overflows. */
export function explainQueue(group: Group): string[] {
  const { repetitions } = group.results;
  const overflowed = repetitions.filter(({ evidence }) => evidence.tcp.ListenOverflows > 0).length;
  const cutOff = repetitions.filter(({ status }) => status === "cut-off").length;
  const isRare = 2 * overflowed < repetitions.length;
  if (isRare && cutOff === 0) return [];
  const time = cutOff === 0 ? "" : `, and ${cutOff} did not finish in the plan's time`;
  const mechanism = isRare
    ? []
    : [
        "A full queue makes the kernel drop the end of a handshake: the client believes to be connected, and its first message is not taken until it is sent again.",
      ];
  return [
    `The accept queue overflowed in ${overflowed} of ${plural(repetitions.length, "repetition")}${time}.`,
    ...mechanism,
    ...explainWaits(group),
  ];
}

function explainWaits(group: Group): string[] {
  if (!isLaddered(group)) return [];
  const waits = waitsOf(group, group.results.repetitions);
  if (!areRetransmissions(waits)) return [];
  const share = percent((100 * waits.onRung) / waits.late);
  return [
    `${share} of the ${integer(waits.late)} long waits took 0.2, 0.4, 0.8 s and so on, as long as TCP waits before it sends again; by chance it would be ${percent(CHANCE_PERCENT)}.`,
  ];
}
