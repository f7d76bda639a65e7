import type { createLogUpdate } from "log-update";
import { LIVE, type ResultsTable } from "../measure/results-table.ts";

const TERMINAL_INTERVAL_MS = 200;
/** Interval without a terminal: a line now and then shows that the client is alive. */
const LOG_INTERVAL_MS = 5000;

/** A live line on stderr: connected, messages/s, p99. */
export class Progress {
  readonly #results: ResultsTable;
  readonly #connections: number;
  #line: ReturnType<typeof createLogUpdate> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastMessages = 0;
  #lastMs = performance.now();

  constructor(results: ResultsTable, connections: number) {
    this.#results = results;
    this.#connections = connections;
  }

  async start(): Promise<void> {
    if (process.stderr.isTTY) {
      const { createLogUpdate } = await import("log-update");
      const line = createLogUpdate(process.stderr);
      this.#line = line;
      this.#timer = setInterval(() => line(this.#text()), TERMINAL_INTERVAL_MS);
    } else this.#timer = setInterval(() => process.stderr.write(`${this.#text()}\n`), LOG_INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#line?.clear();
  }

  #text(): string {
    const { live } = this.#results;
    const nowMs = performance.now();
    const rate = ((live[LIVE.messages] - this.#lastMessages) / (nowMs - this.#lastMs)) * 1000;
    this.#lastMessages = live[LIVE.messages];
    this.#lastMs = nowMs;
    return [
      `connected ${number(live[LIVE.open])} of ${number(this.#connections)}`,
      `${number(Math.round(rate))} messages/s`,
      `${number(live[LIVE.messages])} echoed`,
      `p50 ${milliseconds(live[LIVE.p50Us])}`,
      `p99 ${milliseconds(live[LIVE.p99Us])}`,
    ].join(" · ");
  }
}

function milliseconds(us: number): string {
  return `${(us / 1000).toFixed(2)} ms`;
}

/** Groups digits as toLocaleString() does, which would read 3 MiB of Unicode tables for it. */
function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
