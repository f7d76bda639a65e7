import { labelOf, type Scene } from "../processes/scene.ts";

/** A line for each pair. */
export class Progress {
  readonly #pairs: number;
  readonly #startedMs = performance.now();
  #done = 0;

  constructor(pairs: number) {
    this.#pairs = pairs;
  }

  report(words: string): void {
    this.#done++;
    const count = `[${String(this.#done).padStart(String(this.#pairs).length)}/${this.#pairs}]`;
    process.stderr.write(`${count} ${words}${this.#left()}\n`);
  }

  #left(): string {
    if (this.#done === this.#pairs) return "";
    const pairMs = (performance.now() - this.#startedMs) / this.#done;
    return `  (${Math.round((pairMs * (this.#pairs - this.#done)) / 1000)} s left)`;
  }
}

export function nameOf(scene: Scene): string {
  return `${labelOf(scene).padEnd(8)} ${scene.connections.toLocaleString("en-US").padStart(6)} connections`;
}
