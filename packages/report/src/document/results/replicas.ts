import { about, integer } from "@c10k-lab/words";
import { difference } from "../../comparison/comparison.ts";
import type { CellFigures } from "../../model/cell-figures.ts";
import { placeOf } from "../../model/place.ts";
import { isWhole, type Study } from "../../model/study.ts";
import { blocks, bullets } from "../../text/markdown.ts";

/** Whether it matters how many clients share a load; empty where the plan does not ask. */
export function replicas(study: Study): string {
  const sentences = study.cells.flatMap((base) => {
    const others = study.everyCell.filter(
      (other) => other.variant === base.variant && other.x === base.x && other.clients !== base.clients,
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
  const load = `${base.variant} at ${placeOf(base.axis, base.x)}`;
  const clients = `${integer(base.clients)} and ${integer(other.clients)} clients`;
  const rates = `(${about(few)} and ${about(many)} messages/s)`;
  const [larger, smaller] = many > few ? [other, base] : [base, other];
  const isReal = difference(larger, smaller, ({ messagesPerSecond }) => messagesPerSecond) !== null;
  if (!isReal) return [`${load}: no real difference in the rate is shown between ${clients} ${rates}.`];
  return [
    `${load}: of ${clients} the rate was ${many > few ? "lowest" : "highest"} with ${integer(base.clients)} ${rates}.`,
  ];
}
