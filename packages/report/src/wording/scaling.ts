import { about, integer, listed, percent, REFUSALS, theServers } from "@c10k-lab/words";
import type { Shortfall } from "../comparison/refusals.ts";
import { offerOf, type Sign } from "../comparison/scaling.ts";
import type { Group } from "../model/group.ts";
import { ACHIEVED_MIN, P99_MAX_MS, RATE_KEPT_MIN } from "../model/limits.ts";
import { describeInterval } from "./intervals.ts";

/** Returns the rule by which a server is said to have stopped scaling. */
export function describeScalingRule(groups: readonly Pick<Group, "cells">[]): string {
  const offered = groups.some(({ cells }) => cells.some((cell) => offerOf(cell) !== null))
    ? `, which achieves under ${integer(100 * ACHIEVED_MIN)} % of the rate that is offered`
    : "";
  return (
    `Rule: a server has stopped scaling at the first load whose cell is limited or failed${offered}, whose rate is under ` +
    `${integer(100 * RATE_KEPT_MIN)} % of its own best at a smaller load, or whose p99 response time is above ` +
    `${integer(P99_MAX_MS)} ms (where messages are due at a rate: counted from when they were due).`
  );
}

/** Returns a sign as a clause: "its rate was 61 % of its best at a smaller load (…)". */
export function describeSign(sign: Sign): string {
  const perCent = (share: number) => about(100 * share);
  switch (sign.sign) {
    case "cut-off":
      return "the cell was not over when its time was";
    case "failed":
      return "the cell failed";
    case "out-of-memory":
      return "it ran out of memory";
    case "limited":
      if (sign.established === null || sign.established >= sign.connections) return "the cell was limited";
      return `it held ${integer(sign.established)} of ${integer(sign.connections)}`;
    case "offered":
      return `it achieved ${percent(100 * sign.share)} of what was offered (${describeInterval(sign.interval, perCent, "%")})`;
    case "rate":
      return `its rate was ${percent(100 * sign.share)} of its best at a smaller load (${describeInterval(sign.interval, perCent, "%")})`;
    case "p99": {
      const what =
        sign.clock === "intended" ? "p99 response time from when a message was due" : "p99 response time";
      return `its ${what} was ${about(sign.ms)} ms (${describeInterval(sign.interval, about, "ms")})`;
    }
  }
}

/** Returns "The select server refused 1,010 of 2,000 connections: …". */
export function describeShortfall({ variant, cells, reason, fdSetsize }: Shortfall): string {
  const counts = listed(
    cells.map(({ missing, asked }) => `${integer(missing)} of ${integer(asked)} connections`),
  );
  if (reason === null) return `${theServers([variant])} did not hold ${counts}.`;
  const size =
    reason === "refused-descriptor" && fdSetsize !== null ? ` (FD_SETSIZE ${integer(fdSetsize)})` : "";
  return `${theServers([variant])} refused ${counts}: ${REFUSALS[reason] ?? reason}${size}.`;
}
