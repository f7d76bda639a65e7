import type { Processors } from "@c10k-lab/process";
import type { BenchOptions } from "../options.ts";
import { type ClientFigures, type Truth, toFigures } from "../processes/client-figures.ts";
import { computeTruth, DELAY_MS } from "../processes/delay.ts";
import { EchoServer } from "../processes/echo-server.ts";
import { C_CLIENT, type LoadClient, runClient, TYPESCRIPT_CLIENT } from "../processes/load-client.ts";
import type { Scene } from "../processes/scene.ts";
import type { Side } from "../processes/servers.ts";
import { formatClients } from "./client-table.ts";
import { judgeClients } from "./client-verdict.ts";
import { type Cell, Comparison, type Verdict } from "./comparison.ts";
import { measurePairs, type Pair } from "./pairs.ts";
import { nameOf } from "./progress.ts";

/** Length of the messages of both clients: that of the lab's default message. */
const SIZE_BYTES = { from: 20, to: 20 };

/** Compares the load client with an independent one: both in turn on one running server. */
export class ClientComparison extends Comparison<ClientFigures> {
  readonly #side: Side;
  readonly #truth: Truth = computeTruth(DELAY_MS);

  /** @param side the servers that both clients load */
  constructor(options: BenchOptions, scenes: readonly Scene[], side: Side, processors: Processors | null) {
    super(options, scenes, processors);
    this.#side = side;
  }

  override toJson(): object {
    return { ...super.toJson(), truth: this.#truth };
  }

  protected get sides() {
    return { first: C_CLIENT.name, second: TYPESCRIPT_CLIENT.name };
  }

  protected async *measure(cell: Cell<ClientFigures>): AsyncGenerator<Pair<ClientFigures>> {
    this.assertRunning();
    const server = await EchoServer.start(this.children, this.#side, cell, this.processorsOf("server"));
    // Warm-up: V8 compiles a TypeScript server during the first load, which the first client would pay for.
    await this.#run(C_CLIENT, server, cell);
    yield* measurePairs(
      this.rounds,
      () => this.#run(C_CLIENT, server, cell),
      () => this.#run(TYPESCRIPT_CLIENT, server, cell),
    );
    await server.stop();
  }

  protected describe(cell: Cell<ClientFigures>, { first, second }: Pair<ClientFigures>): string {
    const ratio = (figure: "messagesPerSecond" | "p50Us" | "p99Us" | "p999Us") =>
      (second[figure] / first[figure]).toFixed(2);
    const times = `p50 × ${ratio("p50Us")}, p99 × ${ratio("p99Us")}, p99.9 × ${ratio("p999Us")}`;
    return `${nameOf(cell)}: rate × ${ratio("messagesPerSecond")}, ${times}`;
  }

  protected formatCells(cells: readonly Cell<ClientFigures>[]): string {
    return formatClients(cells, this.#truth, this.sides);
  }

  protected override judge(cells: readonly Cell<ClientFigures>[]): Verdict | null {
    // A server that was named has no targets: its load and its machine are not those they were set for.
    return this.options.servers === undefined ? judgeClients(cells, this.#truth, this.sides) : null;
  }

  async #run(client: LoadClient, server: EchoServer, { connections, ratePerSecond }: Cell<ClientFigures>) {
    this.assertRunning();
    const { sizeBytes = SIZE_BYTES, thinkMs } = this.options;
    const load = { connections, ratePerSecond, durationMs: this.durationMs, sizeBytes, thinkMs };
    const place = { children: this.children, processors: this.processorsOf("client"), folder: this.folder };
    return toFigures(await runClient(client, server, load, place));
  }
}
