import { type Capacity, INFINITE, type Search, type Trial } from "@c10k-lab/protocol";
import {
  type Column,
  capacityTable,
  describeObjective,
  describeSearch,
  integer,
  MISSING,
  plural,
  rangeText,
  searchName,
} from "@c10k-lab/words";
import type { Figure } from "../charts/draw/chart.ts";
import { figureBlock } from "../text/figures.ts";
import { blocks, bullets, renderTable, tableOf, text } from "../text/markdown.ts";

/** Renders the limits that the searches found, and every value they tried. */
export function capacitySection(capacity: Capacity, figures: readonly Figure[]): string {
  return blocks([
    `${text(describeObjective(capacity))} A search doubles the value until a trial misses that, then halves the interval in which the ` +
      "limit lies, then repeats both ends until most of their trials agree. A trial is a repetition, or a slice of one. One that failed while other work took the " +
      "processors is made again.",
    bullets(capacity.searches.map(describeSearch)),
    "### Limits",
    "The p99 is the median of the trials at the lower end of the interval.",
    renderTable(capacityTable(capacity)),
    ...(figures.length === 0 ? [] : ["### Charts", ...figures.map(figureBlock)]),
    "### Values tried",
    "In the order of trying. Several trials show their smallest and largest figure, and how many had each signal. Trials that were made again are not counted.",
    tableOf(TRY_COLUMNS, capacity.searches.flatMap(listTries)),
  ]);
}

interface Try {
  readonly search: Search;
  readonly value: number;
  readonly met: boolean;
  /** Trials that count. */
  readonly trials: readonly Trial[];
}

const TRY_COLUMNS: readonly Column<Try>[] = [
  { head: "server", align: "left", cell: ({ search }) => searchName(search) },
  { head: "searched", align: "left", cell: ({ search }) => search.searched },
  { head: "value", cell: ({ value }) => integer(value) },
  { head: "met", align: "left", cell: describeAgreement },
  { head: "p99 ms", cell: ({ trials }) => spread(trials.map(p99Of)) },
  {
    head: "achieved %",
    cell: ({ trials }) => spread(trials.map(({ achieved }) => (achieved === null ? null : 100 * achieved))),
  },
  { head: "failures", cell: ({ trials }) => spread(trials.map(({ failures }) => failures)) },
  { head: "signals", align: "left", cell: ({ trials }) => describeSignals(trials) },
];

function listTries(search: Search): Try[] {
  return search.tries.map((one) => ({ ...one, search, trials: one.trials.filter(({ counts }) => counts) }));
}

function describeAgreement({ met, trials }: Try): string {
  const agreeing = trials.filter((trial) => trial.met === met).length;
  return `${met ? "yes" : "no"}, ${agreeing} of ${plural(trials.length, "trial")}`;
}

function p99Of({ p99Ms }: Trial): number | null {
  return p99Ms === INFINITE ? Number.POSITIVE_INFINITY : p99Ms;
}

function spread(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? MISSING : rangeText(known);
}

function describeSignals(trials: readonly Trial[]): string {
  const names = trials.flatMap(({ signals }) => [...new Set(signals.map(({ signal }) => signal))]);
  const counts = [...Map.groupBy(names, (name) => name)].map(([name, of]) =>
    trials.length === 1 ? name : `${name} (${of.length})`,
  );
  return counts.length === 0 ? MISSING : counts.join(", ");
}
