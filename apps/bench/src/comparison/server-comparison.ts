import type { Processors } from "@c10k-lab/process";
import type { BenchOptions } from "../options.ts";
import { EchoServer } from "../processes/echo-server.ts";
import { runClient, TYPESCRIPT_CLIENT } from "../processes/load-client.ts";
import type { Scene } from "../processes/scene.ts";
import type { Side, Sides } from "../processes/servers.ts";
import { type Cell, Comparison } from "./comparison.ts";
import { measurePairs, type Pair } from "./pairs.ts";
import { nameOf } from "./progress.ts";
import { formatServers, type ServerFigures } from "./server-table.ts";

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
    return formatServers(cells, this.sides);
  }

  async #run(side: Side, cell: Cell<ServerFigures>): Promise<ServerFigures> {
    this.assertRunning();
    const { connections, ratePerSecond } = cell;
    const { sizeBytes } = this.options;
    const load = { connections, ratePerSecond, durationMs: this.durationMs, sizeBytes, thinkMs: undefined };
    const server = await EchoServer.start(this.children, side, cell, this.processorsOf("server"));
    const beforeMs = server.cpuMs;
    const place = { children: this.children, processors: this.processorsOf("client"), folder: this.folder };
    const { messages, messagesPerSecond } = await runClient(TYPESCRIPT_CLIENT, server, load, place);
    const usedUs = 1000 * (server.cpuMs - beforeMs);
    await server.stop();
    return { messagesPerSecond, cpuUsPerMessage: usedUs / messages };
  }
}
