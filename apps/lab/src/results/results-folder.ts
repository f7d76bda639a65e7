import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { makeFolder, writeFileDurably } from "@c10k-lab/files";
import type { Capacity, Findings, Manifest, RepetitionResult } from "@c10k-lab/protocol";

/** `results/<time>-<plan>/`: the files of one experiment. */
export class ResultsFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * A new folder, and `latest` beside it pointing there. Two runs never share one: mkdir(2) decides, not the clock.
   *
   * @throws Error of mkdir(2), open(2) or write(2)
   */
  static create(parent: string, manifest: Manifest): ResultsFolder {
    makeFolder(parent);
    const name = `${manifest.startedAt.slice(0, 19).replaceAll(":", "-")}-${manifest.plan}`;
    const folder = new ResultsFolder(makeUnique(join(parent, name)));
    folder.writeManifest(manifest);
    const link = join(parent, "latest");
    symlinkSync(basename(folder.path), `${link}.${process.pid}.tmp`);
    renameSync(`${link}.${process.pid}.tmp`, link);
    return folder;
  }

  cellFolder(id: string): string {
    const path = join(this.path, id);
    makeFolder(path);
    return path;
  }

  writeManifest(manifest: Manifest): void {
    this.#write("manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
  }

  writeCell(cell: RepetitionResult): void {
    this.#write(join(cell.id, "cell.json"), `${JSON.stringify(cell, null, 2)}\n`);
  }

  writeCapacity(capacity: Capacity): void {
    this.#write("capacity.json", `${JSON.stringify(capacity, null, 2)}\n`);
  }

  writeFindings(findings: Findings): void {
    this.#write("findings.json", `${JSON.stringify(findings, null, 2)}\n`);
  }

  #write(name: string, content: string | Buffer): void {
    writeFileDurably(join(this.path, name), content);
  }
}

function makeUnique(path: string): string {
  for (let attempt = 1; ; attempt++) {
    const candidate = attempt === 1 ? path : `${path}-${attempt}`;
    try {
      mkdirSync(candidate);
      return candidate;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
