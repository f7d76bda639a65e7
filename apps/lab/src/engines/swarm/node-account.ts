import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseProcessStat } from "@c10k-lab/process";
import type { Sample } from "@c10k-lab/protocol";
import type { NodeLook, NodeTexts } from "../engine.ts";

/** Name that docker/hand-over.mjs gives to the account. */
const FILE = "node.json";

interface Account {
  readonly before: NodeTexts;
  readonly after: NodeTexts;
  readonly samples: readonly { readonly atMs: number; readonly stat: string }[];
}

/** Files that an app on another machine has handed over. The account of its node is read; the others go to a folder. */
export class HandedFiles {
  readonly #folder: string;
  #account: Account | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  keep(name: string, content: Buffer): void {
    if (name === FILE) this.#account = JSON.parse(content.toString("utf8")) as Account;
    else writeFileSync(join(this.#folder, name), content);
  }

  get samples(): readonly Sample[] {
    return (this.#account?.samples ?? []).map(({ atMs, stat }) => {
      const { cpuMs, rssKiB, threads } = parseProcessStat(stat);
      return { atMs, cpuMs, rssKiB, threads };
    });
  }

  /** Returns the account of the node; null before it has come. */
  lookOf(name: string): NodeLook | null {
    if (this.#account === null) return null;
    const { before, after } = this.#account;
    return { name, before, after };
  }
}
