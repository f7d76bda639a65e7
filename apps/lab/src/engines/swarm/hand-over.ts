import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { readOr } from "@c10k-lab/process";
import type { Exit } from "../engine.ts";

/** The way in which an app ended. */
interface AppEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The kernel killed it at the memory limit of its container. */
  readonly isOutOfMemory: boolean;
}

/** Lines of docker/hand-over.mjs between the lines of the app. */
type Line =
  | {
      readonly event: "file";
      readonly name: string;
      readonly bytes: number;
      readonly sha256: string;
      readonly lines: number;
    }
  | ({ readonly event: "handed-over"; readonly files: number } & AppEnd);
type FileLine = Extract<Line, { event: "file" }>;

/** The end of an app, and of its files. */
export interface HandedOver extends AppEnd {
  /** Names of files whose length or hash is wrong; "unnamed" for each that never began. */
  readonly lost: readonly string[];
}

/** Returns the end of an app on a node as an exit. */
export function exitOf({ code, signal, isOutOfMemory, lost }: HandedOver, node: string): Exit {
  const exit = { code, signal, node };
  if (isOutOfMemory) return { ...exit, cause: "out-of-memory" };
  return lost.length === 0 ? exit : { ...exit, cause: "results-lost", lost };
}

/** Takes the files of an app out of the lines of its stdout, and checks each by its length and hash. */
export class HandOver {
  /** Resolves at the last line. */
  readonly finished: Promise<HandedOver>;
  readonly #keep: (name: string, content: Buffer) => void;
  readonly #finish: (result: HandedOver) => void;
  readonly #lost: string[] = [];
  #begun = 0;
  #current: (FileLine & { readonly texts: string[] }) | null = null;

  /** @param keep receives each whole file */
  constructor(keep: (name: string, content: Buffer) => void) {
    this.#keep = keep;
    const { promise, resolve } = Promise.withResolvers<HandedOver>();
    this.finished = promise;
    this.#finish = resolve;
  }

  /** Returns whether the line belongs to a file, and is none of the app's own. */
  take(line: string): boolean {
    const event = readLine(line);
    if (event === null) {
      if (this.#current === null) return false;
      this.#current.texts.push(line);
      if (this.#current.texts.length === this.#current.lines) this.#endFile();
      return true;
    }
    this.#endFile();
    if (event.event === "file") {
      this.#begun++;
      this.#current = { ...event, texts: [] };
    } else {
      const unnamed = Array<string>(Math.max(0, event.files - this.#begun)).fill("unnamed");
      const { code, signal, isOutOfMemory } = event;
      this.#finish({ code, signal, isOutOfMemory, lost: [...this.#lost, ...unnamed] });
    }
    return true;
  }

  #endFile(): void {
    if (this.#current === null) return;
    const { name, texts, bytes, sha256 } = this.#current;
    this.#current = null;
    const content = readOr(null, () => gunzipSync(Buffer.from(texts.join(""), "base64")));
    const isWhole = content?.length === bytes && hashOf(content) === sha256;
    if (content && isWhole && isPlainName(name)) this.#keep(name, content);
    else this.#lost.push(name);
  }
}

function readLine(text: string): Line | null {
  if (!/^\{"event":"(file|handed-over)"/.test(text)) return null;
  // Where it is cut off, the file that it belongs to will not have its hash.
  return readOr(null, () => JSON.parse(text));
}

function hashOf(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Returns whether a file of this name lies in the folder it is written to. */
function isPlainName(name: string): boolean {
  return /^[\w-][\w.-]*$/.test(name);
}
