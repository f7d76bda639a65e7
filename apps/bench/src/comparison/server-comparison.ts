import type { Processors } from "@c10k-lab/process";
import type { BenchOptions } from "../options.ts";
import { finite } from "../processes/client-figures.ts";
import { EchoServer } from "../processes/echo-server.ts";
import { type Load, runClient, TYPESCRIPT_CLIENT } from "../processes/load-client.ts";
import type { Scene } from "../processes/scene.ts";
import type { Side, Sides } from "../processes/servers.ts";
import { type Cell, Comparison, type Verdict } from "./comparison.ts";
import { measurePairs, type Pair } from "./pairs.ts";
import { nameOf } from "./progress.ts";
import { formatServers, type ServerFigures } from "./server-table.ts";
import { judgeServers } from "./server-targets.ts";
import { formatTargets } from "./target-table.ts";

/** Time of --table before each measurement: V8 compiles a TypeScript server during the first messages. */
const WARMUP_MS = 1000;

/** Compares two families of servers under the same client. Every repetition starts new processes. */
export class ServerComparison extends Comparison<ServerFigures> {
  readonly #sides: Sides;

  constructor(options: BenchOptions, scenes: readonly Scene[], sides: Sides, processors: Processors | null) {
    super(options, scenes, processors);
    this.#sides = sides;
  }

  protected get sides() {
    return { first: this.#sides[0].name, second: this.#sides[1].name };
  }

  protected measure(cell: Cell<ServerFigures>): AsyncGenerator<Pair<ServerFigures>> {
    const [first, second] = this.#sides;
    return measurePairs(
      this.rounds,
      () => this.#run(first, cell),
      () => this.#run(second, cell),
    );
  }

  protected describe(cell: Cell<ServerFigures>, { first, second }: Pair<ServerFigures>): string {
    const rate = (second.messagesPerSecond / first.messagesPerSecond).toFixed(2);
    const cpu = (second.cpuUsPerMessage / first.cpuUsPerMessage).toFixed(2);
    return `${nameOf(cell)}: rate × ${rate}, CPU per message × ${cpu}`;
  }

  protected formatCells(cells: readonly Cell<ServerFigures>[]): string {
    return this.options.table ? formatTargets(cells, this.sides) : formatServers(cells, this.sides);
  }

  protected override judge(cells: readonly Cell<ServerFigures>[]): Verdict | null {
    return this.options.table ? judgeServers(cells) : null;
  }

  async #run(side: Side, cell: Cell<ServerFigures>): Promise<ServerFigures> {
    this.assertRunning();
    const server = await EchoServer.start(this.children, side, cell, this.processorsOf("server"));
    const beforeMs = server.cpuMs;
    const place = { children: this.children, processors: this.processorsOf("client"), folder: this.folder };
    const run = await runClient(TYPESCRIPT_CLIENT, server, this.#load(cell), place);
    const { messages, messagesPerSecond, latencyUs } = run;
    const usedUs = 1000 * (server.cpuMs - beforeMs);
    await server.stop();
    return {
      messagesPerSecond,
      cpuUsPerMessage: usedUs / messages,
      p99Us: finite(latencyUs.p99),
      maxUs: latencyUs.max ?? Number.NaN,
    };
  }

  #load({ connections, active, isChurn, ratePerSecond }: Scene): Load {
    const { sizeBytes, table } = this.options;
    return {
      connections,
      active,
      isChurn,
      ratePerSecond,
      durationMs: this.durationMs,
      sizeBytes,
      thinkMs: undefined,
      warmupMs: table && !isChurn ? WARMUP_MS : undefined,
    };
  }
}
