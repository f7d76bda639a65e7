import { encodeAddress, posix, SOCKADDR_BYTES } from "@c10k-lab/posix";
import { LoadContext } from "../connection/load-context.ts";
import type { LoadIo, SocketIo, WakeFds } from "../io/load-io.ts";
import {
  HELPERS_QUIET_US,
  REHEARSAL_BYTES,
  REHEARSAL_CONNECTIONS,
  REHEARSAL_MS,
  REHEARSAL_RATES,
  REHEARSAL_ROUNDS,
  REHEARSAL_TIMEOUT_MS,
} from "../measure/limits.ts";
import { OUTCOME, outcomeOfErrno } from "../measure/outcome.ts";
import { ResultsTable } from "../measure/results-table.ts";
import { readHelpersUs } from "../thread/helpers.ts";
import type { PayloadPool } from "../workload/payload.ts";
import type { Workload } from "../workload/workload.ts";
import { LoadLoop } from "./load-loop.ts";

/**
 * Runs the load loop on sockets that the kernel connects to themselves, before the first connection to the server: V8
 * then compiles the loop on its own time, not during the first measured messages. Results of it go nowhere.
 *
 * @param io that of the load: its code is compiled as well
 * @param wakeFds those of the load: an interrupt ends the rehearsal too
 */
export function rehearse(workload: Workload, pool: PayloadPool, io: LoadIo, wakeFds: WakeFds): void {
  let beforeUs = readHelpersUs();
  for (let round = 0; round < REHEARSAL_ROUNDS.most; round++) {
    rehearseOnce(shorten(workload, round), pool, io, wakeFds);
    const afterUs = readHelpersUs();
    if (round >= REHEARSAL_ROUNDS.least && afterUs - beforeUs < HELPERS_QUIET_US) return;
    beforeUs = afterUs;
  }
}

function rehearseOnce(workload: Workload, pool: PayloadPool, io: LoadIo, wakeFds: WakeFds): void {
  const results = ResultsTable.allocate(workload.connections, workload.messagesEach);
  const context = new LoadContext(workload, pool, results, { io: io.sockets, scratch: io.scratch });
  const loop = new LoadLoop(context, io.events, new MirrorDialer(io.sockets), wakeFds);
  while (loop.turn()) {}
}

/**
 * Returns a load of the same kind, with bounds of its own. It has the hidden class of the workload, which is a clone as
 * well, and the same kinds of numbers: code compiled for one of them serves both.
 */
function shorten(workload: Workload, round: number): Workload {
  const { ratePerSecond, thinkMs, sizeBytes, messagesEach, bytesEach } = workload;
  const connections = Math.min(REHEARSAL_CONNECTIONS, workload.connections);
  return structuredClone({
    ...workload,
    connections,
    active: workload.active < workload.connections ? Math.ceil(connections / 2) : connections,
    sizeBytes: {
      from: Math.min(REHEARSAL_BYTES, sizeBytes.from),
      to: Math.min(REHEARSAL_BYTES, sizeBytes.to),
    },
    messagesEach: Number.isFinite(messagesEach) ? UNREACHED : messagesEach,
    bytesEach: Number.isFinite(bytesEach) ? UNREACHED : bytesEach,
    durationMs: REHEARSAL_MS,
    // An open loop that is always late, then one that mostly waits: both paths get compiled.
    ratePerSecond: ratePerSecond === null ? null : REHEARSAL_RATES[round % REHEARSAL_RATES.length],
    thinkMs: { from: Math.min(1, thinkMs.from), to: Math.min(1, thinkMs.to) },
    holdMs: { from: 0, to: 0 },
    connectRate: Number.POSITIVE_INFINITY,
    source: null,
    startAtMs: null,
    warmupMs: 0,
    timeoutMs: REHEARSAL_TIMEOUT_MS,
    connectTimeoutMs: REHEARSAL_TIMEOUT_MS,
    waitForServerMs: 0,
  });
}

/** A bound that no rehearsal reaches: V8 keeps it as a small integer, like the bounds of most loads. */
const UNREACHED = 2 ** 30;
const SOCKET_TYPE = posix.SOCK_STREAM | posix.SOCK_NONBLOCK | posix.SOCK_CLOEXEC;
const ONE = Int32Array.of(1);
/** Closes with a reset, so that no port stays in TIME-WAIT: struct linger with l_onoff 1, l_linger 0. */
const RESET = Int32Array.of(1, 0);

/** Opens sockets that are connected to themselves: TCP's simultaneous open. Each echoes what it is sent. */
class MirrorDialer {
  readonly local = new Uint8Array(SOCKADDR_BYTES);
  readonly #io: SocketIo;

  constructor(io: SocketIo) {
    this.#io = io;
  }

  dial(): number {
    const io = this.#io;
    const fd = io.socket(posix.AF_INET, SOCKET_TYPE, 0);
    if (fd < 0) return -outcomeOfErrno(-fd);
    io.setsockopt(fd, posix.IPPROTO_TCP, posix.TCP_NODELAY, ONE);
    io.setsockopt(fd, posix.SOL_SOCKET, posix.SO_LINGER, RESET);
    io.bind(fd, encodeAddress({ host: "127.0.0.1", port: 0 }));
    io.getsockname(fd, this.local);
    const result = io.connect(fd, this.local);
    if (result === 0 || result === -posix.EINPROGRESS) return fd;
    io.close(fd);
    return -outcomeOfErrno(-result);
  }

  finish(): number {
    return OUTCOME.ok;
  }

  skipSource(): boolean {
    return false;
  }
}
