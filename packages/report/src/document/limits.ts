import type { Experiment } from "../model/experiment.ts";
import { blocks, bullets } from "../text/markdown.ts";

/** Renders what the figures do not show, in five lines at most. */
export function limits(experiments: readonly Experiment[]): string {
  const cells = experiments.flatMap(({ results }) => results.repetitions);
  if (cells.length === 0) return "";
  return blocks([
    "## Limits",
    bullets([
      ...placeOf(experiments),
      "A client at its limit hides a faster server; such a rate is marked as a lower bound.",
      "The servers do nothing but echo. An application's own work makes the differences smaller.",
      ...(experiments.length > 1
        ? ["The experiments were made at different times: no figure of one is compared with another's."]
        : ["Figures hold for this machine and kernel; ratios travel better than numbers."]),
    ]),
  ]);
}

/** Returns what server and client share, or what lies between them. */
function placeOf(experiments: readonly Experiment[]): string[] {
  const isOn = (engine: string) => experiments.some(({ results }) => results.manifest.engine === engine);
  if (isOn("remote")) {
    return [
      "The server has all processors of its machine, the clients all of another: a server of many threads has more of them than one with a loop.",
      "The network between the machines is part of every time and rate.",
    ];
  }
  if (isOn("swarm")) {
    return [
      "Server and clients run on the nodes of a swarm, on all of their processors: a server of many threads has more of them than one with a loop.",
      "The network between the nodes is part of every time and rate.",
    ];
  }
  const cells = experiments.flatMap(({ results }) => results.repetitions);
  const isPinned = cells.every(({ processors }) => processors !== null);
  return [
    isPinned
      ? "Server and client run on one machine, on processors of their own; caches, memory and network stack are shared."
      : "Server and client run on one machine and share its processors.",
    "No network lies between them: no distance, no loss, no other traffic.",
  ];
}
