import { about, describePlace, integer } from "@c10k-lab/words";
import { type CellFigures, intervalOf } from "../model/cell-figures.ts";
import { type Group, isWhole } from "../model/group.ts";
import { RATE } from "../model/quantities.ts";
import { blocks, bullets } from "../text/markdown.ts";

/** Renders what the number of clients changes under one load; empty where the plan does not ask. */
export function replicas(group: Group): string {
  const sentences = group.cells.flatMap((base) => {
    const others = group.everyCell.filter(
      (other) =>
        other.variant === base.variant &&
        other.axisValue === base.axisValue &&
        other.clients !== base.clients,
    );
    return others.filter((other) => isWhole(base) && isWhole(other)).flatMap((other) => compare(base, other));
  });
  if (sentences.length === 0) return "";
  return blocks([
    "### Several clients",
    "The same load from one client and from several that begin at one instant. Their counts are added and their " +
      "histograms merged; no percentile is averaged. Charts and comparisons between servers use the cells with the " +
      "fewest clients.",
    bullets(sentences),
  ]);
}

function compare(base: CellFigures, other: CellFigures): string[] {
  const [few, many] = [base.messagesPerSecond, other.messagesPerSecond];
  if (few === null || many === null) return [];
  const load = `${base.variant} at ${describePlace(base.axis, base.axisValue)}`;
  return [
    `${load}: ${integer(base.clients)} and ${integer(other.clients)} clients had ${describeRate(base)} and ${describeRate(other)} messages/s.`,
  ];
}

function describeRate(cell: CellFigures): string {
  const interval = intervalOf(cell, RATE.value);
  const range = interval === null ? "" : ` (${about(interval.low)} to ${about(interval.high)})`;
  return `${about(cell.messagesPerSecond)}${range}`;
}
