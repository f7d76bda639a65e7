import { about, describePlace, describeRange, listed, percent, theServers } from "@c10k-lab/words";
import { intervalOf } from "../../model/cell-figures.ts";
import { RATE } from "../../model/quantities.ts";
import { describeInterval } from "../../wording/intervals.ts";
import { describeSign } from "../../wording/scaling.ts";
import { placeOf, type Sentences } from "./finding.ts";

export const SCALING_SENTENCES = {
  "nothing-measured": () => "No cell was measured, so there is no answer yet.",
  "nothing-whole": () => "No cell ended ok, so there is no answer yet.",
  stopped: ({ cell, signs, isSure, isFirst }) =>
    `${theServers([cell.variant])} ${describeStop(isSure)}${isFirst ? " first" : ""} at ${describePlace(...placeOf(cell))}: ${listed(signs.map(describeSign))}.`,
  "stopped-together": ({ cells, isSure }) => {
    const [first] = cells;
    const place = first === undefined ? "" : describePlace(...placeOf(first));
    return `${theServers(cells.map(({ variant }) => variant))} ${describeStop(isSure)} first, at the same load: ${place}.`;
  },
  "kept-scaling": ({ cells }) => {
    const [first] = cells;
    const place = first === undefined ? "" : describePlace(...placeOf(first));
    return `${theServers(cells.map(({ variant }) => variant))} did not stop scaling up to ${place}, the largest load measured.`;
  },
  "rate-kept": ({ smallest, best, last, share, interval }) => {
    const range = `From ${describeRange(last.axis, smallest.axisValue, last.axisValue)}, ${last.variant}`;
    const rate = about(last.messagesPerSecond);
    if (best === last) {
      return `${range}'s rate was highest at the end: ${rate} messages/s (${describeInterval(intervalOf(last, RATE.value), about)}).`;
    }
    const kept = describeInterval(interval, (one) => percent(100 * one));
    return `${range} kept ${percent(100 * share)} of its best rate (${kept}; ${about(best.messagesPerSecond)} → ${rate} messages/s).`;
  },
} satisfies Partial<Sentences>;

function describeStop(isSure: boolean): string {
  return isSure ? "stopped scaling" : "may have stopped scaling";
}
