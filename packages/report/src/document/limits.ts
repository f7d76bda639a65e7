import type { Experiment } from "../model/experiment.ts";
import { blocks, bullets } from "../text/markdown.ts";

/** Renders what the figures do not show, in five lines at most. */
export function limits(experiments: readonly Experiment[]): string {
  const cells = experiments.flatMap(({ results }) => results.repetitions);
  if (cells.length === 0) return "";
  const isPinned = cells.every(({ processors }) => processors !== null);
  return blocks([
    "## Limits",
    bullets([
      isPinned
        ? "Server and client run on one machine, on processors of their own; caches, memory and network stack are shared."
        : "Server and client run on one machine and share its processors.",
      "No network lies between them: no distance, no loss, no other traffic.",
      "A client at its limit hides a faster server; such a rate is marked as a lower bound.",
      "The servers do nothing but echo. An application's own work makes the differences smaller.",
      ...(experiments.length > 1
        ? ["The experiments were made at different times: no figure of one is compared with another's."]
        : ["Figures hold for this machine and kernel; ratios travel better than numbers."]),
    ]),
  ]);
}
