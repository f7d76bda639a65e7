import { mkdirSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeFolder, writeFileDurably } from "@c10k-lab/files";
import type { Capacity, Findings, Manifest, RepetitionResult } from "@c10k-lab/protocol";

/** `results/<time>-<plan>/`: the files of one experiment. */
export class ResultsFolder {
  readonly path: string;
  /** The reason why there is no link `latest` to this folder; null while there is none to give. */
  linkError: Error | null = null;
  #isLatest = false;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes a folder. Two runs never share one: mkdir(2) decides, not the clock.
   *
   * @throws Error of mkdir(2), open(2) or write(2)
   */
  static create(parent: string, manifest: Manifest): ResultsFolder {
    makeFolder(parent);
    const name = `${manifest.startedAt.slice(0, 19).replaceAll(":", "-")}-${manifest.plan}`;
    const path = makeUnique(join(parent, name));
    writeJson(join(path, MANIFEST), manifest);
    return new ResultsFolder(path);
  }

  /**
   * Makes the folder of a cell. With the first one this folder becomes `latest` where the file system has links: an experiment
   * without a cell hides no earlier one.
   *
   * @throws ResultsUnwritable
   */
  cellFolder(id: string): string {
    const path = join(this.path, id);
    this.#keep(() => mkdirSync(path));
    if (!this.#isLatest) this.linkError = linkTo(this.path, join(dirname(this.path), "latest"));
    this.#isLatest = true;
    return path;
  }

  writeManifest(manifest: Manifest): void {
    this.#write(MANIFEST, manifest);
  }

  writeCell(cell: RepetitionResult): void {
    this.#write(join(cell.id, "cell.json"), cell);
  }

  /** Removes the folder of a cell that had no time to be measured. */
  removeCell(id: string): void {
    this.#keep(() => rmSync(join(this.path, id), { recursive: true }));
  }

  writeCapacity(capacity: Capacity): void {
    this.#write("capacity.json", capacity);
  }

  writeFindings(findings: Findings): void {
    this.#write("findings.json", findings);
  }

  #write(name: string, content: object): void {
    this.#keep(() => writeJson(join(this.path, name), content));
  }

  /** @throws ResultsUnwritable when the disk is full, or the folder was removed: a client would make it again */
  #keep(write: () => void): void {
    try {
      statSync(join(this.path, MANIFEST));
      write();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") return;
      throw code === undefined ? error : new ResultsUnwritable(message, { cause: error });
    }
  }
}

/** Results that cannot be written; the message is the system's. */
export class ResultsUnwritable extends Error {}

const MANIFEST = "manifest.json";

function writeJson(path: string, content: object): void {
  writeFileDurably(path, `${JSON.stringify(content, null, 2)}\n`);
}

/** Makes a link, or replaces it. Returns the reason when there is none. */
function linkTo(path: string, link: string): Error | null {
  const temporary = `${link}.${process.pid}.tmp`;
  try {
    symlinkSync(basename(path), temporary);
    renameSync(temporary, link);
    return null;
  } catch (error) {
    rmSync(temporary, { force: true });
    return error as Error;
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
