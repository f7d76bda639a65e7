import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { ClientSummary } from "@c10k-lab/protocol";

/** User id that no image knows; undefined where chown(2) is not allowed. */
const OWNER = process.getuid?.() === 0 ? 54_321 : undefined;

type Rows = Record<string, string>[];

/** A folder of the host for the results of one run. */
export class ResultsFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "c10k-docker-"));

  constructor() {
    chmodSync(this.path, 0o755);
    if (OWNER !== undefined) chownSync(this.path, OWNER, OWNER);
  }

  get files(): string[] {
    return readdirSync(this.path).sort();
  }

  get owner(): { uid: number; gid: number } {
    const { uid, gid } = statSync(this.path);
    return { uid, gid };
  }

  /** Files whose owner is not the owner of the folder. */
  get strangers(): string[] {
    const { uid, gid } = this.owner;
    return this.files.filter((name) => {
      const owner = statSync(join(this.path, name));
      return owner.uid !== uid || owner.gid !== gid;
    });
  }

  /** Reads the rows of all CSV files of one side. @throws Error when a file ends in the middle of a row */
  async rows(beginning: "server" | "client"): Promise<Rows> {
    const all: Rows[] = [];
    for (const name of this.files.filter((file) => file.startsWith(beginning) && file.endsWith(".csv"))) {
      const { rows, torn } = await readCsv(join(this.path, name));
      if (torn) throw new Error(`${name} ends in the middle of a row`);
      all.push(rows);
    }
    return all.flat();
  }

  get summaries(): ClientSummary[] {
    return this.files
      .filter((name) => name.endsWith(".json"))
      .map((name) => ClientSummary.parse(JSON.parse(readFileSync(join(this.path, name), "utf8"))));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
