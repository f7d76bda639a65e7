import { type Capacity, INFINITE, type Search, type Trial } from "@c10k-lab/protocol";
import { integer, MISSING, plural } from "@c10k-lab/words";
import type { Chart } from "../../charts/draw/chart.ts";
import { capacityFindings } from "../../findings/capacity.ts";
import { capacityTable, nameOf, objectiveOf, WORDS } from "../../findings/capacity-text.ts";
import { type Figures, figureBlock } from "../../text/figures.ts";
import { blocks, bullets, tableOf, text } from "../../text/markdown.ts";

/** What a search found, for each server and direction, and every value it tried. */
export function capacitySection(capacity: Capacity, charts: readonly Chart[], figures: Figures): string {
  return blocks([
    "### Findings",
    `${text(objectiveOf(capacity))} A search doubles the value until a run misses that, then halves the interval in which the ` +
      "limit lies, then repeats both ends until most of their runs agree. A run that failed while other work took the " +
      "processors is made again.",
    bullets(capacityFindings(capacity).answer),
    "### Limits",
    "The p99 is the median of the runs at the lower end of the interval.",
    tableOf(capacityTable(capacity), WORDS),
    ...(charts.length === 0 ? [] : ["### Charts", ...charts.map((chart) => figureBlock(chart, figures))]),
    "### Values tried",
    "In the order of trying. Of several runs the smallest and the largest figure, and of each signal how many had it. Runs that were made again are not counted.",
    tableOf({ head: TRIED, rows: capacity.searches.flatMap(triesOf) }, [0, 1, 3, 7]),
  ]);
}

const TRIED = ["server", "searched", "value", "met", "p99 ms", "achieved %", "failures", "signals"];

function triesOf(search: Search): string[][] {
  return search.tries.map(({ value, met, trials: all }) => {
    const trials = all.filter(({ counts }) => counts);
    const agreeing = trials.filter((trial) => trial.met === met).length;
    return [
      nameOf(search),
      search.searched,
      integer(value),
      `${met ? "yes" : "no"}, ${agreeing} of ${plural(trials.length, "run")}`,
      spread(trials.map(p99Of)),
      spread(trials.map(({ achieved }) => (achieved === null ? null : 100 * achieved))),
      spread(trials.map(({ failures }) => failures)),
      signalsOf(trials),
    ];
  });
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

function signalsOf(trials: readonly Trial[]): string {
  const names = trials.flatMap(({ signals }) => [...new Set(signals.map(({ signal }) => signal))]);
  const counts = [...Map.groupBy(names, (name) => name)].map(([name, of]) =>
    trials.length === 1 ? name : `${name} (${of.length})`,
  );
  return counts.length === 0 ? MISSING : counts.join(", ");
}
