import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "@c10k-lab/files";
import { Child, descriptors, status, threads } from "@c10k-lab/process";
import { FinalLine, ListeningLine, type ServerName } from "@c10k-lab/protocol";
import type { Sample } from "./growth.ts";

const READY_MS = 30_000;
/** TCP_CLOSE_WAIT in /proc/net/tcp. */
const CLOSE_WAIT = "08";

/** A server process, from start to exit. */
export class SoakedServer {
  readonly port: number;
  readonly #folder: string;
  readonly #child: Child;

  private constructor(child: Child, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.port = port;
  }

  /** @throws Error with one sentence when the server does not listen */
  static async start(name: ServerName): Promise<SoakedServer> {
    const folder = mkdtempSync(join(tmpdir(), "c10k-soak-"));
    const program = join(import.meta.dirname, `../../server-${name}/src/main.ts`);
    const child = new Child({ program, args: ["--port", "0", "--stats", join(folder, "rows.csv")] });
    const line = await child.nextLine(READY_MS);
    if (line === null) {
      child.signal("SIGKILL");
      await child.exited;
      rmSync(folder, { recursive: true });
      throw new Error(`${name} does not listen: ${child.lastErrorLine || "it said nothing"}`);
    }
    return new SoakedServer(child, folder, ListeningLine.parse(JSON.parse(line)).port);
  }

  look(): Omit<Sample, "responseMs"> {
    const { pid } = this.#child;
    return {
      memoryKiB: status(pid, "VmRSS"),
      descriptors: descriptors(pid).length,
      threads: threads(pid).length,
      closeWait: this.#countCloseWait(),
    };
  }

  /** Ends the server. Returns what does not add up, one sentence each. @param connects connections that clients established */
  async end(connects: number): Promise<string[]> {
    try {
      const { code, signal } = await this.#child.stop();
      if (code !== 0) return [`the server ended with ${code ?? signal}: ${this.#child.lastErrorLine}`];
      const line = await this.#child.nextLine(READY_MS);
      if (line === null) return ["the server printed no final line"];
      const { accepted, closed } = FinalLine.parse(JSON.parse(line));
      const { rows, torn } = await readCsv(join(this.#folder, "rows.csv"));
      const sum = Object.values(closed).reduce((total, count) => total + count, 0);
      const isBalanced = accepted === connects && sum === accepted && rows.length === accepted && !torn;
      const books = `clients connected ${connects} times, the server accepted ${accepted}, closed ${sum} and wrote ${rows.length} rows`;
      return isBalanced ? [] : [books];
    } finally {
      rmSync(this.#folder, { recursive: true });
    }
  }

  #countCloseWait(): number {
    const port = this.port.toString(16).toUpperCase().padStart(4, "0");
    const lines = readFileSync("/proc/net/tcp", "utf8").split("\n");
    return lines.filter((line) => {
      const [, local = "", , state] = line.trim().split(/\s+/);
      return state === CLOSE_WAIT && local.endsWith(`:${port}`);
    }).length;
  }
}
