import { fileDescriptorLimit, monotonicUs, posix, SyscallError } from "@c10k-lab/posix";
import {
  ABORT,
  ACCEPT_PAUSE_MS,
  CLOSE_CODE,
  type ConnectionRows,
  type DataPlane,
  MOST_DESCRIPTORS,
  RUN,
  refuse,
  Silence,
} from "@c10k-lab/server/data-plane";
import { COUNTER } from "@c10k-lab/stats/ledger";
import { Acceptor } from "./acceptor.ts";
import { EchoStreams, MOST_OPERATIONS, type StreamContext } from "./echo-streams.ts";
import {
  ACCEPT,
  CANCEL,
  encode,
  generationOf,
  nextGeneration,
  operationOf,
  RECEIVE,
  SEND,
  WAKE,
} from "./operation.ts";
import { StreamQueue } from "./stream-queue.ts";

const FOREVER = -1;
/** Interval at which the loop checks the drain deadline while it stops, ms. */
const DRAIN_TICK_MS = 50;
/** Pause after the kernel refused operations for want of memory, ms. */
const RETRY_MS = 10;
/** Operations of a turn beside those of connections: the acceptor's and the stop request's. */
const OWN_OPERATIONS = 2;

/**
 * Completion loop of one thread that serves all connections: write operations, enter the kernel once, read the
 * completions. Nothing asks whether a descriptor is ready; the kernel has already received or sent.
 */
export class UringServer {
  readonly #context: StreamContext;
  readonly #plane: DataPlane;
  readonly #acceptor: Acceptor;
  readonly #streams: EchoStreams;
  readonly #rows: ConnectionRows;
  /**
   * Connections that have an echo to send from a receive buffer. They go first: a receive that finds no buffer fails, and the
   * buffers come back with the sends.
   */
  readonly #senders = new StreamQueue();
  /** Other connections that have operations to write. */
  readonly #others = new StreamQueue();
  /** Connections with a send that completes only if it fails. */
  readonly #unconfirmed = new StreamQueue();
  /** False when the last entry has not shown which sends are done: the next one must not wait for other completions. */
  #isConfirmable = true;
  #isWatchingStop = false;
  /** Time of the entry before the last one, µs: an array, as the context's. */
  readonly #beforeUs = new Float64Array(1);
  #open = 0;
  #generation = 0;
  #stopLevel = RUN;
  #drainDeadlineUs = 0;
  #isFinishing = false;
  readonly #silence: Silence;

  constructor(context: StreamContext, plane: DataPlane) {
    this.#context = context;
    context.nowUs[0] = monotonicUs();
    this.#plane = plane;
    this.#streams = new EchoStreams(context, Math.min(fileDescriptorLimit(), MOST_DESCRIPTORS));
    this.#rows = this.#streams.rows;
    this.#silence = new Silence(plane.options);
    this.#acceptor = new Acceptor(context, plane, (fd) => this.#admit(fd));
  }

  /** Serves until the stop request and the end of the last connection. */
  run(): void {
    this.#plane.ready();
    while (!this.#acceptor.isClosed || this.#open > 0) this.runOnce();
    this.#context.ring.close();
  }

  runOnce(): void {
    this.#writeOwn();
    this.#writeQueued(this.#senders);
    this.#writeQueued(this.#others);
    this.#enter();
    const completions = this.#dispatchAll();
    if (completions > 0) this.#plane.ledger.count(COUNTER.events, completions);
    if (this.#stopLevel !== RUN) this.#sweepStopping();
    // Only a complete batch shows that the other connections were silent.
    else if (this.#silence.isWatching && !this.#context.ring.hasMore) this.#sweepSilent();
  }

  /** Writes the operations of the acceptor and the stop request first, so that connections cannot crowd them out. */
  #writeOwn(): void {
    const { ring } = this.#context;
    if (ring.space < OWN_OPERATIONS) return;
    this.#acceptor.takeTurn();
    if (this.#isWatchingStop) return;
    this.#isWatchingStop = true;
    ring.poll(this.#plane.stop.wakeFd, this.#plane.stop.wakeFd, encode(WAKE, 0));
  }

  /** Writes operations of queued connections as long as there is space. The rest stays queued. */
  #writeQueued(queue: StreamQueue): void {
    const { ring } = this.#context;
    let at = 0;
    for (; at < queue.length && ring.space >= MOST_OPERATIONS; at++) {
      const fd = queue.at(at);
      if (!this.#rows.leaveQueue(fd)) continue;
      this.#streams.write(fd);
      if (this.#streams.isUnconfirmed(fd)) this.#unconfirmed.add(fd);
    }
    queue.removeFirst(at);
  }

  /** Submits the written operations and waits for a completion. */
  #enter(): void {
    const { ring, smallBuffers, largeBuffers } = this.#context;
    smallBuffers.publish();
    largeBuffers.publish();
    const isIdle = this.#senders.length === 0 && this.#others.length === 0;
    const mustWait = isIdle && this.#isConfirmable && !ring.hasMore;
    const result = ring.enter(mustWait ? 1 : 0, mustWait ? this.#timeoutMs() : 0);
    this.#beforeUs[0] = this.#context.nowUs[0];
    this.#context.nowUs[0] = monotonicUs();
    this.#plane.ledger.count(COUNTER.waitCalls, 1);
    if (result >= 0 || result === -posix.EINTR || result === -posix.ETIME) return;
    // EBUSY: completions overflow, the batch makes room. EAGAIN: no memory. The operations stay in the ring.
    if (result !== -posix.EAGAIN && result !== -posix.EBUSY) {
      throw new SyscallError("io_uring_enter", -result, "for all connections");
    }
    if (ring.begin() === 0) this.#plane.stop.sleep(this.#stopLevel, RETRY_MS);
  }

  get #nowUs(): number {
    return this.#context.nowUs[0];
  }

  #timeoutMs(): number {
    if (this.#stopLevel !== RUN) return DRAIN_TICK_MS;
    if (this.#acceptor.isPaused) return ACCEPT_PAUSE_MS;
    return this.#silence.isWatching ? this.#silence.intervalMs : FOREVER;
  }

  #dispatchAll(): number {
    const { ring } = this.#context;
    const isSettled = ring.isSettled;
    this.#isConfirmable = isSettled || this.#unconfirmed.length === 0;
    const count = ring.begin();
    const isAfterSends = isSettled && this.#unconfirmed.length > 0;
    if (isAfterSends) {
      this.#dispatchSends();
      this.#confirmSends();
      ring.rewind();
    }
    for (let at = ring.next(); at >= 0; at = ring.next()) {
      const high = ring.high(at);
      if (isAfterSends && operationOf(high) === SEND) continue;
      this.#dispatch(ring.low(at), high, ring.result(at), ring.flags(at));
    }
    ring.end();
    return count;
  }

  /** Handles sends before receives: what arrives then finds them done, and need not wait in the backlog. */
  #dispatchSends(): void {
    const { ring } = this.#context;
    for (let at = ring.next(); at >= 0; at = ring.next()) {
      const high = ring.high(at);
      if (operationOf(high) === SEND) this.#complete(ring.low(at), high, ring.result(at), ring.flags(at));
    }
  }

  /** All sends without a completion are done: those that took less have one, and were handled. */
  #confirmSends(): void {
    const queue = this.#unconfirmed;
    for (let at = 0; at < queue.length; at++) {
      const fd = queue.at(at);
      if (!this.#streams.isUnconfirmed(fd)) continue;
      this.#streams.confirm(fd);
      this.#notePending(fd, this.#streams.isPending(fd));
      this.#settle(fd);
    }
    queue.removeFirst(queue.length);
  }

  #dispatch(fd: number, high: number, result: number, flags: number): void {
    switch (operationOf(high)) {
      case RECEIVE:
      case SEND:
        this.#complete(fd, high, result, flags);
        break;
      case ACCEPT:
        this.#acceptor.accepted(result, flags);
        break;
      case WAKE:
        this.#isWatchingStop = false;
        this.#stop();
        break;
      case CANCEL:
        // The cancelled operation has a completion of its own.
        break;
    }
  }

  #complete(fd: number, high: number, result: number, flags: number): void {
    const streams = this.#streams;
    if (!this.#rows.has(fd, generationOf(high))) {
      this.#plane.ledger.count(COUNTER.staleEvents, 1);
      return;
    }
    if (operationOf(high) === RECEIVE) streams.received(fd, result, flags);
    else streams.sent(fd, result);
    this.#notePending(fd, streams.isPending(fd));
    this.#settle(fd);
  }

  #notePending(fd: number, isPending: boolean): void {
    if (!this.#streams.countPending(fd, isPending)) return;
    this.#silence.notePending(isPending ? 1 : -1);
  }

  /** Closes a connection that is over, and queues one that has operations to write. */
  #settle(fd: number): void {
    if (this.#streams.isOver(fd)) this.#end(fd);
    else if (this.#streams.hasWork(fd) && this.#rows.joinQueue(fd)) {
      if (this.#streams.holdsBuffer(fd)) this.#senders.add(fd);
      else this.#others.add(fd);
    }
  }

  #admit(fd: number): void {
    const { ledger, options } = this.#plane;
    const row = ledger.open(this.#nowUs);
    if (options.maxConnections !== undefined && this.#open >= options.maxConnections) {
      refuse(ledger, row, fd, "refused-limit");
      return;
    }
    if (fd >= this.#rows.capacity) {
      refuse(ledger, row, fd, "refused-descriptor");
      return;
    }
    this.#generation = nextGeneration(this.#generation);
    this.#streams.open(fd, this.#generation, row);
    this.#open++;
    ledger.noteOpen(this.#open);
    if (this.#isFinishing) this.#streams.finish(fd);
    this.#settle(fd);
  }

  #end(fd: number): void {
    this.#notePending(fd, false);
    const reason = this.#streams.closeReason(fd);
    this.#streams.forget(fd);
    posix.close(fd);
    this.#open--;
    this.#plane.ledger.close(this.#rows.ledgerRow(fd), reason, this.#nowUs);
    this.#acceptor.endPause();
  }

  #close(fd: number, reason: number): void {
    this.#streams.close(fd, reason);
    this.#settle(fd);
  }

  /** Handles a stop request: the first one stops accepting. */
  #stop(): void {
    const { stop, options } = this.#plane;
    posix.eventfd_read(stop.wakeFd);
    if (this.#stopLevel === RUN) {
      this.#stopLevel = stop.level;
      if (this.#stopLevel === RUN) return;
      this.#drainDeadlineUs = this.#nowUs + options.drainTimeoutMs * 1000;
      this.#acceptor.stop();
    }
    this.#stopLevel = stop.level;
  }

  /** Sends pending echoes and a FIN to each client. */
  #finishAll(): void {
    this.#isFinishing = true;
    for (const fd of this.#rows.list()) {
      this.#streams.finish(fd);
      this.#settle(fd);
    }
  }

  #sweepStopping(): void {
    // After the listener is closed: a client that reads its end of file and connects again must be refused.
    if (this.#acceptor.isClosed && !this.#isFinishing) this.#finishAll();
    const isLate = this.#stopLevel === ABORT || this.#nowUs >= this.#drainDeadlineUs;
    if (isLate) for (const fd of this.#rows.list()) this.#close(fd, CLOSE_CODE.aborted);
  }

  /** Closes connections that were silent for too long at the moment before the last wait. */
  #sweepSilent(): void {
    const asOfUs = this.#beforeUs[0];
    if (!this.#silence.isDue(asOfUs)) return;
    const streams = this.#streams;
    for (const fd of this.#rows.list()) {
      const reason = this.#silence.judge(this.#rows.lastActiveUs(fd), streams.isPending(fd), asOfUs);
      if (reason >= 0) this.#close(fd, reason);
    }
  }
}
