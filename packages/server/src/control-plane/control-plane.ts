import { writeSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { onStopSignal } from "@c10k-lab/cli";
import type { CsvFile } from "@c10k-lab/files";
import { claimPath } from "@c10k-lab/files/numbered-path";
import { fileDescriptorLimit, formatAddress, monotonicUs, posix } from "@c10k-lab/posix";
import type { FinalLine, ListeningLine } from "@c10k-lab/protocol";
import { SERVER_COLUMNS } from "@c10k-lab/protocol/columns";
import { EXIT } from "@c10k-lab/protocol/names";
import { Ledger } from "@c10k-lab/stats/ledger";
import { LedgerReader } from "@c10k-lab/stats/ledger-reader";
import { usageNow } from "@c10k-lab/stats/usage";
import type { ServerContract } from "../contract.ts";
import type { DataPlaneMemory } from "../data-plane/data-plane.ts";
import { CLOSED_ROWS, MOST_CONNECTIONS } from "../limits.ts";
import type { ServerOptions } from "../options.ts";
import { ABORT, DRAIN, StopRequest } from "../stop-request.ts";
import { ClientNames } from "./client-names.ts";
import { ConnectionList } from "./connection-list.ts";
import { ConnectionLog } from "./connection-log.ts";
import { countQueued, type Listener, listen, readEffectiveBacklog } from "./listener.ts";
import { type Log, openLog } from "./log.ts";
import { startThreadPool } from "./thread-pool.ts";
import { readTotals } from "./totals.ts";

const ACCEPTOR_TICK_MS = 5;

/** Differences between the servers that the control plane must know. */
export interface Architecture {
  /** True when the data plane blocks in accept(2). Otherwise its poller waits for the listener. */
  readonly blocksInAccept: boolean;
  /** Module of the data plane, which a worker thread runs. */
  readonly dataPlane: URL;
}

/**
 * Main thread of a server, which does all but serve: it opens the listener, starts the data plane in a worker, writes
 * closed rows to disk, answers monitoring requests, and turns signals into stop requests.
 */
export class ControlPlane {
  readonly #contract: ServerContract;
  readonly #architecture: Architecture;
  readonly #options: ServerOptions;
  readonly #log: Log;
  readonly #ledger: Ledger;
  readonly #reader: LedgerReader;
  readonly #list: ConnectionList;
  readonly #names = new ClientNames();
  readonly #stop = StopRequest.create();
  readonly #startedUs = monotonicUs();
  #listener: Listener | undefined;
  #monitoring: Server | undefined;

  constructor(contract: ServerContract, architecture: Architecture, options: ServerOptions) {
    this.#contract = contract;
    this.#architecture = architecture;
    this.#options = options;
    this.#log = openLog(contract.name);
    const most = Math.min(
      fileDescriptorLimit(),
      options.maxConnections ?? MOST_CONNECTIONS,
      MOST_CONNECTIONS,
    );
    this.#ledger = Ledger.allocate(most + CLOSED_ROWS);
    this.#reader = new LedgerReader(this.#ledger);
    this.#list = new ConnectionList(this.#ledger, this.#names);
  }

  /**
   * Serves until a stop signal or a failure of the data plane.
   *
   * @returns the exit code
   * @throws ListenError
   */
  async run(): Promise<number> {
    await startThreadPool();
    this.#listener = await listen(this.#options, this.#architecture.blocksInAccept);
    await this.#startMonitoring();
    // The file is emptied last: once this server owns its ports, no other server can still write the same file.
    const file = this.#options.stats === undefined ? undefined : await this.#createFile(this.#options.stats);
    if (file === null) {
      this.#monitoring?.close();
      return EXIT.unwritable;
    }
    const log = new ConnectionLog(this.#reader, this.#list, this.#names, file, this.#log);
    const ended = this.#serve(this.#listener);
    log.start();
    this.#stopOnSignals();
    const failure = await ended.then(
      () => null,
      (error: Error) => error,
    );
    if (failure) this.#log.error(`cannot serve: ${failure.message}`);
    this.#monitoring?.close();
    this.#monitoring?.closeAllConnections();
    const isWritten = await log.stop();
    printLine(this.#totals());
    if (failure) return EXIT.incomplete;
    return isWritten ? EXIT.ok : EXIT.unwritable;
  }

  async #createFile(path: string): Promise<CsvFile | null> {
    const { CsvFile } = await import("@c10k-lab/files/csv-file");
    try {
      return CsvFile.create(claimPath(path), SERVER_COLUMNS);
    } catch (error) {
      this.#log.error(`cannot write --stats ${path}: ${(error as Error).message}`);
      return null;
    }
  }

  /** Starts the data plane. Resolves when it has ended. */
  #serve(listener: Listener): Promise<void> {
    const memory: DataPlaneMemory<ServerOptions> = {
      options: this.#options,
      listenerFd: listener.fd,
      ledger: this.#ledger.memory,
      stop: this.#stop.memory,
    };
    const worker = new Worker(this.#architecture.dataPlane, { workerData: memory });
    worker.once("message", () => this.#announce(listener));
    return new Promise((resolve, reject) => {
      worker.once("error", reject);
      worker.once("exit", () => resolve());
    });
  }

  #announce({ address }: Listener): void {
    const line: ListeningLine = {
      event: "listening",
      server: this.#contract.server,
      traits: this.#contract.traits,
      host: address.host,
      port: address.port,
      pid: process.pid,
      metricsPort: this.#monitoring ? portOf(this.#monitoring) : null,
      options: this.#options,
      usage: usageNow(),
    };
    const backlog = readEffectiveBacklog(this.#options.backlog);
    if (backlog < this.#options.backlog) {
      this.#log.warn(`the kernel cuts the backlog to net.core.somaxconn = ${backlog}`);
    }
    if (!/^(127\.|::1$)/.test(address.host)) {
      this.#log.warn(`${address.host} is reachable from other machines; an echo server answers anyone`);
    }
    this.#log.info(`listening on ${formatAddress(address)}, stop with Ctrl-C`);
    printLine(line);
  }

  async #startMonitoring(): Promise<void> {
    const { metricsPort } = this.#options;
    if (metricsPort === undefined) return;
    const { serveMonitoring } = await import("./monitoring.ts");
    this.#monitoring = await serveMonitoring(metricsPort, {
      totals: () => this.#totals(),
      connections: () => this.#listConnections(),
    });
    this.#log.info(`monitoring on http://127.0.0.1:${portOf(this.#monitoring)}/metrics`);
  }

  #listConnections() {
    const entries: ReturnType<ConnectionList["readEntry"]>[] = [];
    this.#reader.forEachLive((row) => entries.push(this.#list.readEntry(row)));
    return entries;
  }

  #stopOnSignals(): void {
    onStopSignal((signal, isSecond) => {
      this.#log.info(isSecond ? `${signal} again: closing everything now` : `${signal}: draining`);
      this.#stop.raise(isSecond ? ABORT : DRAIN);
      if (this.#architecture.blocksInAccept && this.#listener && !isSecond) wakeAcceptor(this.#listener.fd);
    });
  }

  #totals(): FinalLine {
    const uptimeMs = (monotonicUs() - this.#startedUs) / 1000;
    return readTotals(this.#contract.server, this.#ledger, this.#reader, uptimeMs);
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/**
 * Wakes a thread that blocks in accept(2). shutdown(2) wakes it, close(2) would not. shutdown(2) also resets
 * connections in the accept queue, so this waits until the thread has accepted them all.
 */
function wakeAcceptor(listenerFd: number): void {
  posix.fcntl(listenerFd, posix.F_SETFL, posix.O_NONBLOCK);
  if (countQueued(listenerFd) > 0) setTimeout(wakeAcceptor, ACCEPTOR_TICK_MS, listenerFd);
  else posix.shutdown(listenerFd, posix.SHUT_RDWR);
}

/** Prints one JSON line to stdout. A closed pipe or a full disk there does not end a server. */
function printLine(line: object): void {
  try {
    writeSync(1, `${JSON.stringify(line)}\n`);
  } catch {
    // The rows and the log still tell what happened.
  }
}
