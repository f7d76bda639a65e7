import { addressFamily, getIntOption, monotonicUs, posix, SOCKADDR_BYTES } from "@c10k-lab/posix";
import { CONNECTS_IN_FLIGHT, STARTS_PER_TURN } from "../measure/limits.ts";
import { OUTCOME, outcomeOfErrno } from "../measure/outcome.ts";
import { LIVE, RESULT } from "../measure/results-table.ts";
import { Sources } from "../workload/sources.ts";
import { CONNECTING, READY } from "./connection-states.ts";
import type { LoadConnection } from "./load-connection.ts";
import type { LoadContext } from "./load-context.ts";

/** Set once a connection and never changed: an edge-triggered EPOLLOUT costs nothing until a socket was full. */
const INTEREST = posix.EPOLLIN | posix.EPOLLOUT | posix.EPOLLRDHUP | posix.EPOLLET;
const SOCKET_TYPE = posix.SOCK_STREAM | posix.SOCK_NONBLOCK | posix.SOCK_CLOEXEC;

/** Opens connections: at the rate asked for, not more at one time than a server's accept queue can be expected to hold. */
export class Connector {
  readonly #context: LoadContext;
  readonly #target: Uint8Array;
  readonly #epfd: number;
  readonly #connections: readonly LoadConnection[];
  readonly #sources: Sources | null;
  readonly #failed: (connection: LoadConnection, outcome: number) => void;
  #startedUs = 0;
  #launched = 0;
  #connecting = 0;

  /**
   * @param target address of the server
   * @param epfd watches each connection from its connect(2) on
   * @param failed is told which connection could not be established, and why; it may be tried again
   */
  constructor(
    context: LoadContext,
    target: Uint8Array,
    epfd: number,
    connections: readonly LoadConnection[],
    failed: (connection: LoadConnection, outcome: number) => void,
  ) {
    this.#context = context;
    this.#target = target;
    this.#epfd = epfd;
    this.#sources = context.workload.source === null ? null : new Sources(context.workload.source);
    this.#connections = connections;
    this.#failed = failed;
  }

  /** Everyone is established or has failed. */
  get isFinished(): boolean {
    return this.#launched === this.#connections.length && this.#connecting === 0;
  }

  /** Connections below this index have been started. */
  get launched(): number {
    return this.#launched;
  }

  /** Microseconds until the next connection may be started; Infinity when something else has to happen first. */
  get untilNextUs(): number {
    const { connectRate } = this.#context.workload;
    const isBusy = this.#connecting >= CONNECTS_IN_FLIGHT;
    if (this.#launched === this.#connections.length || isBusy) return Number.POSITIVE_INFINITY;
    return connectRate === Number.POSITIVE_INFINITY ? 0 : 1e6 / connectRate;
  }

  launch(nowUs: number): void {
    if (this.#launched === this.#connections.length) return;
    if (this.#startedUs === 0) this.#startedUs = nowUs;
    const dueNow = ((nowUs - this.#startedUs) / 1e6) * this.#context.workload.connectRate + 1;
    const most = Math.min(this.#connections.length, this.#launched + STARTS_PER_TURN, dueNow);
    while (this.#launched < most && this.#connecting < CONNECTS_IN_FLIGHT) {
      this.#connecting++;
      this.connect(this.#connections[this.#launched++]);
    }
    this.#context.results.live[LIVE.attempted] = this.#launched;
  }

  /** Whether a server that is not there yet is still to be waited for. */
  mayTryAgain(outcome: number, nowUs: number): boolean {
    const isAbsent = outcome === OUTCOME.refused || outcome === OUTCOME["self-connect"];
    return isAbsent && nowUs < this.#startedUs + this.#context.workload.waitForServerMs * 1000;
  }

  connect(connection: LoadConnection): void {
    const { rows } = this.#context.results;
    connection.state = CONNECTING;
    rows.set(connection.index, RESULT.planned, connection.isActive ? this.#context.workload.messagesEach : 0);
    rows.set(connection.index, RESULT.startedUs, monotonicUs());
    const outcome = this.#start(connection);
    if (outcome !== OUTCOME.ok) this.#failed(connection, outcome);
  }

  /** What connect(2) began is over. @returns whether the connection stands */
  establish(connection: LoadConnection): boolean {
    const outcome = connectOutcome(connection.fd);
    if (outcome !== OUTCOME.ok) {
      this.#failed(connection, outcome);
      return false;
    }
    const { results, clocks } = this.#context;
    const { live, rows } = results;
    const nowUs = monotonicUs();
    results.setLocal(connection.index, local);
    clocks.connect.record(nowUs - rows.get(connection.index, RESULT.startedUs));
    rows.set(connection.index, RESULT.establishedUs, nowUs);
    live[LIVE.established]++;
    live[LIVE.open]++;
    live[LIVE.peak] = Math.max(live[LIVE.peak], live[LIVE.open]);
    connection.state = READY;
    this.#connecting--;
    return true;
  }

  /** A connection that was being established is given up. */
  abandon(): void {
    this.#connecting--;
  }

  /** Tries source after source while their ports are taken. @returns ok, or the outcome it has already */
  #start(connection: LoadConnection): number {
    const tries = this.#sources?.tries ?? 1;
    for (let attempt = 0; ; attempt++) {
      const outcome = this.#startFrom(connection, this.#sources?.take(connection.index, attempt));
      if (outcome !== OUTCOME["no-ports"] || attempt + 1 === tries) return outcome;
      // A socket that was bound to an address stays with it.
      posix.close(connection.fd);
      connection.fd = -1;
    }
  }

  #startFrom(connection: LoadConnection, source: Uint8Array | undefined): number {
    const fd = posix.socket(addressFamily(this.#target), SOCKET_TYPE, 0);
    if (fd < 0) return outcomeOfErrno(-fd);
    connection.fd = fd;
    posix.setsockopt(fd, posix.IPPROTO_TCP, posix.TCP_NODELAY, ONE);
    const unbound = source === undefined ? 0 : bindWithoutPort(fd, source);
    if (unbound < 0) return outcomeOfErrno(-unbound);
    const failed = posix.connect(fd, this.#target);
    if (failed < 0 && failed !== -posix.EINPROGRESS) return outcomeOfErrno(-failed);
    const unwatched = posix.epoll_ctl(this.#epfd, posix.EPOLL_CTL_ADD, fd, INTEREST, connection.index);
    return unwatched < 0 ? OUTCOME.error : OUTCOME.ok;
  }
}

const ONE = Int32Array.of(1);
const local = new Uint8Array(SOCKADDR_BYTES);
const peer = new Uint8Array(SOCKADDR_BYTES);

/**
 * Leaves the port to connect(2), which knows the destination and may use a port again that is taken for another one
 * only, ip(7).
 */
function bindWithoutPort(fd: number, source: Uint8Array): number {
  posix.setsockopt(fd, posix.IPPROTO_IP, posix.IP_BIND_ADDRESS_NO_PORT, ONE);
  return posix.bind(fd, source);
}

/**
 * What became of connect(2). With no server, the kernel may pick the target's own port as the local one and connect the
 * socket to itself, which would echo perfectly. Leaves the local address in `local`.
 */
function connectOutcome(fd: number): number {
  const error = getIntOption(fd, posix.SOL_SOCKET, posix.SO_ERROR);
  if (error !== 0) return outcomeOfErrno(error);
  posix.getsockname(fd, local);
  posix.getpeername(fd, peer);
  return local.every((byte, at) => byte === peer[at]) ? OUTCOME["self-connect"] : OUTCOME.ok;
}
