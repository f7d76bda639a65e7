import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandServer, describeExit, type ProcessTree } from "@c10k-lab/conformance/suite";
import { Child } from "@c10k-lab/process";
import { ClientSummary } from "@c10k-lab/protocol";
import type { Measurement } from "../grade-result.ts";

const CLIENT = join(import.meta.dirname, "../../../client/src/main.ts");
const CONNECTIONS = 50;
const GRACE_MS = 30_000;
const POLL_MS = 100;

/**
 * Measures a server with the project's client.
 *
 * @param folder for the client's summary
 * @throws Error with one sentence when there is no server or no summary
 */
export async function measure(
  start: () => Promise<CommandServer>,
  folder: string,
  durationMs: number,
): Promise<Measurement> {
  await using server = await start();
  using meter = new CpuMeter(server.processes);
  const summary = join(folder, "summary.json");
  const load = {
    host: server.host,
    port: server.port,
    connections: CONNECTIONS,
    duration: `${durationMs}ms`,
    timeout: "5s",
    summary,
  };
  const words = Object.entries(load).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const client = new Child({ program: CLIENT, args: words });
  const exit = await client.endWithin(durationMs + GRACE_MS);
  const cpuUs = meter.read();
  const { achieved, latencyUs } = readSummary(summary, describeExit(exit), client.lastErrorLine);
  const { p99 } = latencyUs.response;
  return {
    messagesPerSecond: Math.round(achieved.messagesPerSecond),
    cpuUsPerMessage: achieved.messages > 0 ? cpuUs / achieved.messages : null,
    connections: CONNECTIONS,
    completed: achieved.completed,
    p99Us: typeof p99 === "number" ? p99 : null,
  };
}

/** @throws Error with one sentence when the client has left no summary */
function readSummary(path: string, exit: string, lastLine: string): ClientSummary {
  try {
    return ClientSummary.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    throw new Error(`the load client left no summary and ended with ${exit}${lastLine && `: ${lastLine}`}`);
  }
}

/** Sum of the CPU time of processes, of which some end meanwhile: the last value of each counts. */
class CpuMeter implements Disposable {
  readonly #processes: ProcessTree;
  readonly #before: ReadonlyMap<number, number>;
  readonly #last = new Map<number, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(processes: ProcessTree) {
    this.#processes = processes;
    this.#before = processes.cpuUsByPid();
    this.#timer = setInterval(() => this.#look(), POLL_MS);
  }

  /** Returns the CPU time since the start, µs. */
  read(): number {
    this.#look();
    return [...this.#last].reduce((total, [pid, us]) => total + us - (this.#before.get(pid) ?? 0), 0);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const [pid, us] of this.#processes.cpuUsByPid()) {
      this.#last.set(pid, Math.max(us, this.#last.get(pid) ?? 0));
    }
  }
}
