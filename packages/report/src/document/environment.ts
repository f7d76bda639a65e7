import type { Manifest } from "@c10k-lab/protocol";
import { blocks, tableOf } from "../markdown.ts";
import { figure, integer, MISSING } from "../numbers.ts";

/** Where the numbers come from. */
export function environment({
  machine,
  software,
  startedAt,
  finishedAt,
  engine,
  images,
  plan,
}: Manifest): string {
  const rows = [
    ["plan", plan],
    ["engine", engine],
    ...Object.entries(images ?? {}).map(([app, id]) => [`image of ${app}`, id]),
    ["started", startedAt],
    ["finished", finishedAt ?? MISSING],
    ["processor", machine.cpu],
    ["processors", integer(machine.processors)],
    ["memory", `${figure(machine.memoryBytes / 2 ** 30)} GiB`],
    ["kernel", machine.kernel],
    ["load average when it began", machine.loadAverage.map((load) => load.toFixed(2)).join(", ")],
    ["file descriptors allowed", integer(machine.fileDescriptors)],
    ["Node.js", software.node],
    ["c10k-lab", software.version + (software.commit === null ? "" : `, commit ${software.commit}`)],
  ];
  const sysctls = Object.entries(machine.sysctls).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return blocks([
    "## Environment",
    tableOf({ head: ["what", "value"], rows }, [0, 1]),
    sysctls.length === 0 ? "" : "Kernel settings:",
    sysctls.length === 0 ? "" : tableOf({ head: ["setting", "value"], rows: sysctls }, [0, 1]),
  ]);
}
