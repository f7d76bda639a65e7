import type { ContainerSample } from "@c10k-lab/protocol";
import { figure, integer } from "@c10k-lab/words";
import type { Study } from "../../model/study.ts";
import { blocks, tableOf } from "../../text/markdown.ts";

/** What the container engine saw of each cell; empty where no engine was. */
export function containers(study: Study): string {
  const rows = study.everyCell.flatMap(({ name, cell }) => {
    const { server, clients } = cell.evidence.containers;
    if (server.length === 0) return [];
    return [
      [
        name,
        figure(memoryPeakMiB(server)),
        figure(clients.reduce((sum, samples) => sum + memoryPeakMiB(samples), 0)),
        integer(most(server, ({ pids }) => pids)),
        integer(most(server, ({ throttledMs }) => throttledMs)),
      ],
    ];
  });
  if (rows.length === 0) return "";
  return blocks([
    "### Containers",
    "What the engine's statistics say, looked at once a second. Memory is what the control group was charged: page " +
      "cache and the kernel's socket buffers are in it, so it is not the RSS of the table above.",
    tableOf({
      head: ["cell", "server's memory MiB", "clients' memory MiB", "server's tasks", "server throttled ms"],
      rows,
    }),
  ]);
}

function memoryPeakMiB(samples: readonly ContainerSample[]): number {
  return most(samples, ({ memoryKiB }) => memoryKiB) / 1024;
}

function most(samples: readonly ContainerSample[], value: (sample: ContainerSample) => number): number {
  return samples.reduce((highest, sample) => Math.max(highest, value(sample)), 0);
}
