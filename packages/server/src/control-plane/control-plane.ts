import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { onStopSignal } from "@c10k-lab/cli";
import type { CsvFile } from "@c10k-lab/files";
import { claimPath } from "@c10k-lab/files/numbered-path";
import { fileDescriptorLimit, formatAddress, monotonicUs, posix, releaseStartMemory } from "@c10k-lab/posix";
import type { FinalLine, ListeningLine } from "@c10k-lab/protocol";
import { SERVER_COLUMNS } from "@c10k-lab/protocol/columns";
import { CLOSE_REASONS, EXIT } from "@c10k-lab/protocol/names";
import { Ledger } from "@c10k-lab/stats/ledger";
import { LedgerReader } from "@c10k-lab/stats/ledger-reader";
import { usageNow } from "@c10k-lab/stats/usage";
import type { ServerContract } from "../contract.ts";
import type { DataPlaneMemory } from "../data-plane/data-plane.ts";
import { CLOSED_ROWS, MOST_CONNECTIONS, YOUNG_GENERATION_MB } from "../limits.ts";
import type { ServerOptions } from "../options.ts";
import { ABORT, DRAIN, RUN, StopRequest } from "../stop-request.ts";
import { ClientNames } from "./client-names.ts";
import { ConnectionList } from "./connection-list.ts";
import { ConnectionLog } from "./connection-log.ts";
import { countQueued, type Listener, listen, readEffectiveBacklog } from "./listener.ts";
import { type Log, openLog } from "./log.ts";
import { Rest } from "./rest.ts";
import { startThreadPool } from "./thread-pool.ts";
import { readTotals } from "./totals.ts";
import { writeLine } from "./write-line.ts";

const STDOUT = 1;
const ACCEPTOR_TICK_MS = 5;
/** Time that an exit gives the data plane to close its connections, ms, and the interval at which it looks. */
const EXIT_PATIENCE_MS = 2000;
const EXIT_TICK_MS = 5;
const ABORTED = CLOSE_REASONS.indexOf("aborted");

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
  #isBroken = false;

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
   * Serves until a stop signal or a failure of either plane.
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
    const exiting = () => this.#endNow(log);
    process.once("exit", exiting);
    log.start();
    using _rest = new Rest(this.#ledger);
    this.#stopOnSignals();
    this.#stopOnOwnErrors();
    const failure = await ended;
    if (failure) {
      this.#log.error(`cannot serve: ${failure.message}`);
      this.#closeRows();
    }
    this.#monitoring?.close();
    this.#monitoring?.closeAllConnections();
    const isWritten = await log.stop();
    process.off("exit", exiting);
    printLine(this.#totals());
    if (failure || this.#isBroken) return EXIT.incomplete;
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

  /** Starts the data plane. Resolves when its thread has ended, to its error if it failed. */
  #serve(listener: Listener): Promise<Error | null> {
    const memory: DataPlaneMemory<ServerOptions> = {
      options: this.#options,
      listenerFd: listener.fd,
      ledger: this.#ledger.memory,
      stop: this.#stop.memory,
    };
    const worker = new Worker(this.#architecture.dataPlane, {
      workerData: memory,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    worker.once("message", () => this.#announce(listener));
    return new Promise((resolve) => {
      let failure: Error | null = null;
      worker.once("error", (error: Error) => {
        failure = error;
      });
      worker.once("exit", () => resolve(failure));
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
    releaseStartMemory();
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
      this.#requestStop(isSecond ? ABORT : DRAIN);
    });
  }

  /** Ends as after SIGTERM at an error that nothing handles: Node would wait for the data plane, deaf to signals. */
  #stopOnOwnErrors(): void {
    process.on("uncaughtException", (error: Error) => {
      this.#log.error(`stopping after an internal error: ${error.stack ?? error}`);
      if (!this.#isBroken) this.#requestStop(DRAIN);
      this.#isBroken = true;
    });
  }

  #requestStop(level: number): void {
    const isFirst = this.#stop.level === RUN;
    this.#stop.raise(level);
    if (this.#architecture.blocksInAccept && this.#listener && isFirst) wakeAcceptor(this.#listener.fd);
  }

  /**
   * Ends the data plane and writes its rows when the process exits while it serves. Node would wait for a worker that sleeps in
   * a system call, and nothing asynchronous runs any more.
   */
  #endNow(log: ConnectionLog): void {
    this.#stop.raise(ABORT);
    if (this.#architecture.blocksInAccept && this.#listener) {
      posix.shutdown(this.#listener.fd, posix.SHUT_RDWR);
    }
    const isOpen = () => this.#countOpen() > 0;
    for (let ms = 0; ms < EXIT_PATIENCE_MS && isOpen(); ms += EXIT_TICK_MS) {
      this.#stop.sleep(ABORT, EXIT_TICK_MS);
    }
    log.stopNow();
    printLine(this.#totals());
  }

  #countOpen(): number {
    const { accepted, closed } = this.#totals();
    return Object.values(closed).reduce((open, ended) => open - ended, accepted);
  }

  /** Closes the rows that a data plane which failed has left open. Nobody else writes them any more. */
  #closeRows(): void {
    this.#reader.forEachLive((row) => {
      if (this.#ledger.closeReason(row) < 0) this.#ledger.close(row, ABORTED, monotonicUs());
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

/** Prints a JSON line for programs. */
function printLine(line: object): void {
  writeLine(STDOUT, `${JSON.stringify(line)}\n`);
}
