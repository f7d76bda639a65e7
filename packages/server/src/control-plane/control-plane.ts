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
import type { Logger } from "pino";
import type { ServerContract } from "../contract.ts";
import type { DataPlaneMemory } from "../data-plane/data-plane.ts";
import { CLOSED_ROWS, MOST_CONNECTIONS } from "../limits.ts";
import type { ServerOptions } from "../options.ts";
import { ABORT, DRAIN, StopRequest } from "../stop-request.ts";
import { ClientNames } from "./client-names.ts";
import { ConnectionList } from "./connection-list.ts";
import { ConnectionLog } from "./connection-log.ts";
import { effectiveBacklog, type Listener, listen, queuedConnections } from "./listener.ts";
import { openLog } from "./log.ts";
import { readTotals } from "./totals.ts";

const ACCEPTOR_TICK_MS = 5;

/** What differs between the servers, as the control plane sees it. */
export interface Architecture {
  /** Whether the data plane sleeps in accept(2) itself; else it waits for the listener in its poller. */
  readonly blocksInAccept: boolean;
  /** Module of the data plane, to be run in a worker. */
  readonly dataPlane: URL;
}

/**
 * The main thread of a server: everything but serving. It opens the listener, starts the data plane in a worker, writes
 * closed rows to disk, answers monitoring requests, and turns signals into stop requests.
 */
export class ControlPlane {
  readonly #contract: ServerContract;
  readonly #architecture: Architecture;
  readonly #options: ServerOptions;
  readonly #log: Logger;
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
   * Serves until a signal.
   *
   * @returns the exit code
   * @throws ListenError
   */
  async run(): Promise<number> {
    this.#listener = await listen(this.#options, this.#architecture.blocksInAccept);
    await this.#startMonitoring();
    // Last, because it empties an old file: the ports are ours, so it is not the file of a server that still runs.
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

  /** Resolves when the data plane has returned from its loop. */
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
    const backlog = effectiveBacklog(this.#options.backlog);
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
      connections: () => this.#liveConnections(),
    });
    this.#log.info(`monitoring on http://127.0.0.1:${portOf(this.#monitoring)}/metrics`);
  }

  #liveConnections() {
    const entries: ReturnType<ConnectionList["entry"]>[] = [];
    this.#reader.forEachLive((row) => entries.push(this.#list.entry(row)));
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
 * Wakes a thread that sleeps in accept(2): shutdown(2) does, close(2) would not. It also resets the connections that wait
 * in the queue; but while there are any the thread is awake, and has them accepted soon.
 */
function wakeAcceptor(listenerFd: number): void {
  posix.fcntl(listenerFd, posix.F_SETFL, posix.O_NONBLOCK);
  if (queuedConnections(listenerFd) > 0) setTimeout(wakeAcceptor, ACCEPTOR_TICK_MS, listenerFd);
  else posix.shutdown(listenerFd, posix.SHUT_RDWR);
}

/** One JSON line on stdout; a reader that has gone is no reason to fail. */
function printLine(line: object): void {
  try {
    writeSync(1, `${JSON.stringify(line)}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
}
