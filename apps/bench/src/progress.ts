import type { Cell } from "./bench-run.ts";
import type { Pair } from "./ratio.ts";

/** A line for each pair. */
export class Progress {
  readonly #pairs: number;
  readonly #startedMs = performance.now();
  #done = 0;

  constructor(pairs: number) {
    this.#pairs = pairs;
  }

  report({ server, connections }: Cell, { first, second }: Pair): void {
    this.#done++;
    const count = `[${String(this.#done).padStart(String(this.#pairs).length)}/${this.#pairs}]`;
    const name = `${server.padEnd(8)} ${connections.toLocaleString("en-US").padStart(6)} connections`;
    const rate = (second.messagesPerSecond / first.messagesPerSecond).toFixed(2);
    const cpu = (second.cpuUsPerMessage / first.cpuUsPerMessage).toFixed(2);
    process.stderr.write(`${count} ${name}: rate × ${rate}, CPU per message × ${cpu}${this.#left()}\n`);
  }

  #left(): string {
    if (this.#done === this.#pairs) return "";
    const pairMs = (performance.now() - this.#startedMs) / this.#done;
    return `  (${Math.round((pairMs * (this.#pairs - this.#done)) / 1000)} s left)`;
  }
}
