import { mkdirSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { ConnectionRow, LabResults } from "@c10k-lab/protocol";

let written = 0;

/** Writes results below `parent` as the lab does, `latest` included. Returns the folder. */
export function writeResults(
  parent: string,
  { manifest, repetitions, capacity, connections }: LabResults,
): string {
  const folder = join(parent, `${++written}-${manifest.plan}`);
  mkdirSync(folder, { recursive: true });
  const write = (name: string, value: object) => writeFileSync(join(folder, name), JSON.stringify(value));
  write("manifest.json", manifest);
  if (capacity) write("capacity.json", capacity);
  for (const repetition of repetitions) {
    mkdirSync(join(folder, repetition.id));
    write(join(repetition.id, "cell.json"), repetition);
    const rows = connections.get(repetition.id);
    if (rows !== undefined) writeFileSync(join(folder, repetition.id, "client.csv"), toCsv(rows));
  }
  pointLatestTo(folder, join(parent, "latest"));
  return folder;
}

/** Returns a client's file with the columns that a report reads. */
function toCsv(rows: readonly ConnectionRow[]): string {
  const lines = rows.map(({ connection, firstResponseMs, responseMsMean, responseMsMax, outcome }) =>
    [connection, firstResponseMs, responseMsMean, responseMsMax, outcome].join(","),
  );
  return ["connection,first_response_ms,response_ms_mean,response_ms_max,outcome", ...lines, ""].join("\n");
}

function pointLatestTo(folder: string, link: string): void {
  try {
    unlinkSync(link);
  } catch {
    // The first results have no latest before them.
  }
  symlinkSync(basename(folder), link);
}
