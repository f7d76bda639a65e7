import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { UsageError } from "@c10k-lab/cli";
import { makeFolder, readCsv, writeFileDurably } from "@c10k-lab/files";
import { Capacity, CellResult, type ConnectionRow, type LabResults, Manifest } from "@c10k-lab/protocol";
import { csvFiles } from "../evidence/cell-files.ts";

const CAPACITY_FILE = "capacity.json";

/** `results/<time>-<plan>/`: everything one run of the lab leaves behind. */
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

  /**
   * @param path a folder, or its name below results/
   * @throws UsageError when there is no manifest in it
   */
  static open(path: string): ResultsFolder {
    const isName = !path.includes("/");
    const found = [path, ...(isName ? [join("results", path)] : [])].find((folder) =>
      existsSync(join(folder, "manifest.json")),
    );
    if (found === undefined) throw new UsageError(`${path} is no results folder: it has no manifest.json`);
    return new ResultsFolder(found);
  }

  cellFolder(id: string): string {
    const path = join(this.path, id);
    makeFolder(path);
    return path;
  }

  writeManifest(manifest: Manifest): void {
    this.#write("manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
  }

  writeCell(cell: CellResult): void {
    this.#write(join(cell.id, "cell.json"), `${JSON.stringify(cell, null, 2)}\n`);
  }

  /** What there is to compare, also of a run that was cut short. @throws Error when another version wrote it */
  readCells(): Pick<LabResults, "manifest" | "cells"> {
    const manifest = Manifest.parse(this.#json("manifest.json"));
    const cells = readdirSync(this.path)
      .filter((name) => existsSync(join(this.path, name, "cell.json")))
      .map((name) => CellResult.parse(this.#json(join(name, "cell.json"))))
      .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    return { manifest, cells };
  }

  /** The same and every connection, which is all there is to report on. @throws Error when another version wrote it */
  async read(): Promise<LabResults> {
    const { manifest, cells } = this.readCells();
    const connections = new Map<string, ConnectionRow[]>();
    for (const { id } of cells) {
      const files = await Promise.all(csvFiles(join(this.path, id), "client").map(readCsv));
      if (files.length > 0)
        connections.set(
          id,
          files.flatMap(({ rows }) => rows.map(toConnectionRow)),
        );
    }
    return { manifest, cells, connections, capacity: this.#capacity() };
  }

  #capacity(): Capacity | null {
    return existsSync(join(this.path, CAPACITY_FILE)) ? Capacity.parse(this.#json(CAPACITY_FILE)) : null;
  }

  writeCapacity(capacity: Capacity): void {
    this.#write(CAPACITY_FILE, `${JSON.stringify(capacity, null, 2)}\n`);
  }

  #json(name: string): unknown {
    return JSON.parse(readFileSync(join(this.path, name), "utf8"));
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

function toConnectionRow(row: Record<string, string>): ConnectionRow {
  const number = (column: string) => (row[column] ? Number(row[column]) : null);
  return {
    connection: Number(row.connection),
    connectMs: number("connect_ms"),
    firstResponseMs: number("first_response_ms"),
    responseMsMean: number("response_ms_mean"),
    responseMsMax: number("response_ms_max"),
    requestsCompleted: Number(row.requests_completed),
    outcome: row.outcome ?? "",
  };
}

/** On stderr, of a folder whose files do not have the form they should. */
export function sayUnreadable(path: string): void {
  process.stderr.write(
    `lab: the files in ${path} cannot be read: another version wrote them, or they are damaged\n`,
  );
}
