import { REPETITIONS_MIN } from "@c10k-lab/inference";
import { integer } from "@c10k-lab/words";
import { describeWarning, listWarnings } from "../findings/warnings.ts";
import { type Experiment, titleOf } from "../model/experiment.ts";
import { RATIO_MIN } from "../model/limits.ts";
import { blocks, bullets } from "../text/markdown.ts";

/** Renders what speaks against the figures: the method itself, and single cells. */
export function threats(experiments: readonly Experiment[]): string {
  const warnings = experiments.flatMap((experiment) =>
    experiment.groups.flatMap((group) => {
      const place = experiments.length > 1 ? titleOf(experiment, group) : group.name;
      return listWarnings(group).map((warning) => describeWarning(warning, place));
    }),
  );
  return blocks([
    "## Threats to validity",
    bullets(listOfMethod(experiments)),
    warnings.length === 0 ? "" : blocks(["### Before you trust the numbers", bullets(warnings)]),
  ]);
}

function listOfMethod(experiments: readonly Experiment[]): string[] {
  const cells = experiments.flatMap(({ groups }) => groups.flatMap(({ everyCell }) => everyCell));
  const pinned = cells.length > 0 && cells.every(({ middle }) => middle.processors !== null);
  return [
    ...listCloseness(experiments),
    "A single p99 or longest response time varies more between repetitions than a rate does.",
    pinned
      ? "Server and client run on the same machine, on the processors listed in the appendix; caches, memory and the network stack are still shared."
      : "Server and client run on the same machine and share its processors, caches, memory and network stack.",
    "The connections of one machine to itself meet no network: no distance, no loss, no other traffic.",
    "The cells ran one after another, in the order of the appendix: a change of the machine's speed in between looks like a difference between servers.",
    ...(experiments.length > 1
      ? [
          "The experiments of this report were made at different times: no figure of one is compared with a figure of another.",
        ]
      : []),
    "A client that is at its limit hides a faster server. The evidence tables have the client's share of its core; a dash means the exchange was too short to tell.",
  ];
}

/** A search repeats what is at the ends of its interval, and nothing else. */
function listCloseness(experiments: readonly Experiment[]): string[] {
  const cells = experiments
    .filter(({ results }) => results.capacity === null)
    .flatMap(({ groups }) => groups.flatMap(({ everyCell }) => everyCell));
  if (cells.length === 0) return [];
  const fewest = Math.min(...cells.map(({ repetitions }) => repetitions.length));
  return [
    fewest < REPETITIONS_MIN
      ? "Cells were run once or twice: nothing is known about how far another repetition would be off, and no difference is claimed."
      : `Each cell was run ${integer(fewest)} times or more, in an order drawn anew for each load and balanced over the repetitions; an interval from so few repetitions is rough.`,
    ...(fewest < REPETITIONS_MIN ? [] : [describeChance(fewest)]),
  ];
}

/** Returns how often alike cells look different: 2 of all orders of both cells' repetitions keep them apart. */
function describeChance(repetitions: number): string {
  const orders = Array.from(
    { length: repetitions },
    (_, index) => (repetitions + index + 1) / (index + 1),
  ).reduce((a, b) => a * b);
  return (
    `Many cells are compared. About 1 in ${integer(orders / 2)} pairs of cells that are alike, with ${integer(repetitions)} repetitions each, does not ` +
    `overlap by chance alone, and is called different unless the ratio is under ${RATIO_MIN}.`
  );
}
