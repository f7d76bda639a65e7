import { about, describePlace, integer, listed, percent } from "@c10k-lab/words";
import { areRetransmissions, isLaddered, type Waits } from "../../comparison/waits.ts";
import { type Group, isWhole } from "../../model/group.ts";
import { SPREAD_RATIO } from "../../model/limits.ts";
import { describeWaits } from "../../wording/waits.ts";
import type { Drawn } from "./drawn-connections.ts";

/** The one message of a scatter. */
export function writeTitle(group: Group, drawn: readonly Drawn[]): string {
  const at = `at ${describePlace(group.axis, drawn[0]?.cell.axisValue ?? 0)}`;
  return ladderTitle(group, drawn, at) ?? spreadTitle(drawn, at);
}

function ladderTitle(group: Group, drawn: readonly Drawn[], at: string): string | null {
  const waiting = drawn.filter(({ waits }) => areRetransmissions(waits));
  if (waiting.length > 0) {
    const shares = waiting.map(
      ({ cell, waits }) => `${percent((100 * waits.onRung) / waits.connections)} of ${cell.variant}'s`,
    );
    return `${listed(shares)} connections wait for a retransmission ${at}`;
  }
  return isLaddered(group) && drawn.every(({ waits }) => isQuiet(waits))
    ? `No connection waits for a retransmission ${at}`
    : null;
}

/** Nothing was sent again, or nobody waited so long. */
function isQuiet({ sentAgain, late, unanswered }: Waits): boolean {
  return sentAgain === 0 || (late === 0 && unanswered === 0);
}

function spreadTitle(drawn: readonly Drawn[], at: string): string {
  const [widest, next] = drawn.map(measureSpread).toSorted((a, b) => b.width - a.width);
  if (widest === undefined || next === undefined || widest.width < SPREAD_RATIO * next.width) {
    return `Mean response time of each connection ${at}`;
  }
  return `${widest.variant}'s connections wait least alike ${at}`;
}

export function writeCaption(group: Group, drawn: readonly Drawn[]): string {
  const at = describePlace(group.axis, drawn[0]?.cell.axisValue ?? 0);
  const ranges = drawn.map((one) => measureSpread(one).range).join("; ");
  return [
    `At ${at} the mean response time of a connection in one repetition, fastest to slowest: ${ranges} ms.`,
    ...drawn.flatMap(({ cell, waits }) =>
      waits.late === 0 ? [] : [`${cell.variant}: ${describeWaits(waits)}`],
    ),
    ...outlineSentence(drawn),
    ...missingSentence(drawn),
  ].join(" ");
}

/** A wait is one of several messages, the mean is of all: so the marks lie lower than the rungs. */
function outlineSentence(drawn: readonly Drawn[]): string[] {
  const first = drawn.find(({ labelled }) => labelled.length > 0);
  if (first === undefined) return [];
  const { messages = null, active = 0 } = first.cell.middle.client?.asked ?? {};
  const each = messages === null || active === 0 ? 0 : messages / active;
  const outlined = "Outlined: connections on a rung.";
  if (!Number.isInteger(each) || each <= 1) return [outlined];
  return [
    outlined,
    `The mean is of ${each} messages, one of which waited so: the marks lie at a ${each}th of the rungs and above.`,
  ];
}

function missingSentence(drawn: readonly Drawn[]): string[] {
  const missing = drawn
    .filter(({ waits }) => waits.unanswered > 0)
    .map(
      ({ cell, waits }) =>
        `${integer(waits.unanswered)} of ${cell.variant}'s${isWhole(cell) ? "" : ` (${cell.middle.status})`}`,
    );
  return missing.length === 0 ? [] : [`Without a response and not drawn: ${listed(missing)}.`];
}

function measureSpread({ cell: { variant }, dots }: Drawn) {
  const ms = dots.map((point) => point[1]);
  const fastestMs = ms.reduce((a, b) => Math.min(a, b));
  const slowestMs = ms.reduce((a, b) => Math.max(a, b));
  const range = `${variant} ${about(fastestMs)} to ${about(slowestMs)}`;
  return { variant, range, width: fastestMs > 0 ? slowestMs / fastestMs : 0 };
}
