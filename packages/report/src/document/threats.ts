import { RUNS_MIN } from "@c10k-lab/inference";
import { integer } from "@c10k-lab/words";
import { warningsOf } from "../findings/warnings.ts";
import { RATIO_MIN } from "../model/limits.ts";
import { type Run, titleOf } from "../model/run.ts";
import { blocks, bullets } from "../text/markdown.ts";

/** What to hold against all of it, and against single cells. */
export function threats(runs: readonly Run[]): string {
  const warnings = runs.flatMap((run) =>
    run.studies.flatMap((study) => {
      const isNamed = runs.length > 1 || study.group !== null;
      const where = runs.length > 1 ? titleOf(run, study) : study.group;
      return warningsOf(study).map((sentence) => (isNamed ? `${where}: ${sentence}` : sentence));
    }),
  );
  return blocks([
    "## Threats to validity",
    bullets(ofTheMethod(runs)),
    warnings.length === 0 ? "" : blocks(["### Before you trust the numbers", bullets(warnings)]),
  ]);
}

function ofTheMethod(runs: readonly Run[]): string[] {
  const cells = runs.flatMap(({ studies }) => studies.flatMap(({ everyCell }) => everyCell));
  const pinned = cells.length > 0 && cells.every(({ cell }) => cell.processors !== null);
  return [
    ...closeness(runs),
    "A single p99 or longest response time varies more between runs than a rate does.",
    pinned
      ? "Server and client run on the same machine, on the processors listed in the appendix; caches, memory and the network stack are still shared."
      : "Server and client run on the same machine and share its processors, caches, memory and network stack.",
    "The connections of one machine to itself meet no network: no distance, no loss, no other traffic.",
    "The cells ran one after another, in the order of the appendix: a change of the machine's speed in between looks like a difference between servers.",
    ...(runs.length > 1
      ? [
          "The runs of this report were made at different times: no figure of one is compared with a figure of another.",
        ]
      : []),
    "A client that is at its limit hides a faster server. The evidence tables have the client's share of its core; a dash means the exchange was too short to tell.",
  ];
}

/** A search repeats what is at the ends of its interval, and nothing else. */
function closeness(runs: readonly Run[]): string[] {
  const cells = runs
    .filter(({ results }) => results.capacity === null)
    .flatMap(({ studies }) => studies.flatMap(({ everyCell }) => everyCell));
  if (cells.length === 0) return [];
  const fewest = Math.min(...cells.map(({ results }) => results.length));
  return [
    fewest < RUNS_MIN
      ? "Cells were run once or twice: nothing can be said about how far another run would be off, and of these no difference is claimed."
      : `Each cell was run ${integer(fewest)} times or more, in an order drawn anew for each load and balanced over the repeats; an interval from so few runs is rough.`,
    ...(fewest < RUNS_MIN ? [] : [chance(fewest)]),
  ];
}

/** Of the ways to order twice as many runs, two keep the runs of both cells apart. */
function chance(runs: number): string {
  const orders = Array.from({ length: runs }, (_, index) => (runs + index + 1) / (index + 1)).reduce(
    (a, b) => a * b,
  );
  return (
    `Many cells are compared. Of pairs that are alike, with ${integer(runs)} runs each, about 1 in ${integer(orders / 2)} has runs that ` +
    `do not overlap by chance alone, and is called different unless the ratio is under ${RATIO_MIN}.`
  );
}
