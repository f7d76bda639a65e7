import { mkdirSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { LabResults } from "@c10k-lab/protocol";

let written = 0;

/** Writes results below `parent` as the lab does, `latest` included. Returns the folder. */
export function writeResults(parent: string, { manifest, repetitions, capacity }: LabResults): string {
  const folder = join(parent, `${++written}-${manifest.plan}`);
  mkdirSync(folder, { recursive: true });
  const write = (name: string, value: object) => writeFileSync(join(folder, name), JSON.stringify(value));
  write("manifest.json", manifest);
  if (capacity) write("capacity.json", capacity);
  for (const repetition of repetitions) {
    mkdirSync(join(folder, repetition.id));
    write(join(repetition.id, "cell.json"), repetition);
  }
  pointLatestTo(folder, join(parent, "latest"));
  return folder;
}

function pointLatestTo(folder: string, link: string): void {
  try {
    unlinkSync(link);
  } catch {
    // The first results have no latest before them.
  }
  symlinkSync(basename(folder), link);
}
