import { labelOf, type Scene } from "../processes/scene.ts";

/** Prints a line to stderr for each pair, with the time left. */
export class Progress {
  readonly #pairs: number;
  readonly #startedMs = performance.now();
  #done = 0;

  constructor(pairs: number) {
    this.#pairs = pairs;
  }

  report(description: string): void {
    this.#done++;
    const count = `[${String(this.#done).padStart(String(this.#pairs).length)}/${this.#pairs}]`;
    process.stderr.write(`${count} ${description}${this.#formatTimeLeft()}\n`);
  }

  #formatTimeLeft(): string {
    if (this.#done === this.#pairs) return "";
    const pairMs = (performance.now() - this.#startedMs) / this.#done;
    return `  (${Math.round((pairMs * (this.#pairs - this.#done)) / 1000)} s left)`;
  }
}

/** Name of a scene in the lines of progress. */
export function nameOf(scene: Scene): string {
  return `${labelOf(scene).padEnd(8)} ${scene.connections.toLocaleString("en-US").padStart(6)} connections`;
}
