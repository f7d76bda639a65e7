import { type Capacity, INFINITE, type Search, type Trial } from "@c10k-lab/protocol";
import { CAPACITY_WORDS, capacityTable, objectiveOf, runsAgreeing } from "../capacity/search-text.ts";
import type { Chart } from "../charts/chart.ts";
import { capacityFindings } from "../findings/capacity.ts";
import { blocks, bullets, tableOf, text } from "../markdown.ts";
import { integer, MISSING } from "../numbers.ts";
import { type Figures, figureBlock } from "./figures.ts";

/** What a search found, for each server and direction, and every value it tried. */
export function capacitySection(capacity: Capacity, charts: readonly Chart[], figures: Figures): string {
  const { searches } = capacity;
  const table = capacityTable(capacity);
  return blocks([
    "### Findings",
    `${text(objectiveOf(capacity))} A search doubles the value until the objective is missed, then halves the ` +
      "interval in which the limit lies; the two values at its ends are run repeatedly, and the larger half of the runs decides.",
    bullets(capacityFindings(capacity).answer),
    "### Limits",
    tableOf(table, CAPACITY_WORDS),
    ...(charts.length === 0 ? [] : ["### Charts", ...charts.map((chart) => figureBlock(chart, figures))]),
    "### Values tried",
    "In the order of trying. Of several runs the smallest and the largest figure; signals are those of all runs, each with how many showed it.",
    tableOf(
      {
        head: ["server", "searched", "value", "met", "p99 ms", "achieved %", "failures", "signals"],
        rows: searches.flatMap(triesOf),
      },
      [0, 1, 3, 7],
    ),
  ]);
}

function triesOf({ variant, searched, tries }: Search): string[][] {
  return tries.map(({ value, met, trials }) => [
    variant,
    searched,
    integer(value),
    `${met ? "yes" : "no"}, ${runsAgreeing({ value, met, trials })}`,
    spread(trials.map(p99Of)),
    spread(trials.map(({ achieved }) => (achieved === null ? null : 100 * achieved))),
    spread(trials.map(({ failures }) => failures)),
    signalsOf(trials),
  ]);
}

function p99Of({ p99Ms }: Trial): number | null {
  return p99Ms === INFINITE ? Number.POSITIVE_INFINITY : p99Ms;
}

function spread(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return MISSING;
  const [low, high] = [Math.min(...known), Math.max(...known)].map(integer);
  return low === high ? `${low}` : `${low} to ${high}`;
}

function signalsOf(trials: Search["tries"][number]["trials"]): string {
  const names = trials.flatMap(({ signals }) => [...new Set(signals.map(({ signal }) => signal))]);
  const counts = [...Map.groupBy(names, (name) => name)].map(([name, of]) =>
    trials.length === 1 ? name : `${name} (${of.length})`,
  );
  return counts.length === 0 ? MISSING : counts.join(", ");
}
