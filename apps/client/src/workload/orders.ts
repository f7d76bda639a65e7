/** The lab's orders to a directed load. */
const PARK = 0;
const EXCHANGE = 1;
const END = 2;

/** Shared memory of the orders: plain data, to be handed to the worker. */
export type OrdersMemory = SharedArrayBuffer;

/**
 * Orders for a load that the lab directs, written by the main thread and read by the loop once a turn: exchange messages
 * or stay parked, measure or not, end.
 */
export class Orders {
  readonly memory: OrdersMemory;
  /** The order, whether messages are measured, the number of orders to exchange, the rate, the time for late messages. */
  readonly #words: Int32Array;

  constructor(memory: OrdersMemory = new SharedArrayBuffer(5 * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** @param ratePerSecond of an open loop from now on; 0: the rate that it has */
  exchange(ratePerSecond = 0): void {
    Atomics.store(this.#words, 3, ratePerSecond);
    // In this order: a loop that sees the number finds this order or a later one.
    Atomics.store(this.#words, 0, EXCHANGE);
    Atomics.add(this.#words, 2, 1);
  }

  /**
   * Lets messages in flight come back and begins no others; the connections stay open.
   *
   * @param graceMs open loop: time in which messages that were due before are still sent
   */
  park(graceMs = 0): void {
    Atomics.store(this.#words, 4, graceMs);
    Atomics.store(this.#words, 0, PARK);
  }

  end(): void {
    Atomics.store(this.#words, 0, END);
  }

  /** Begins or ends the measured part: response times of messages sent in it are recorded. */
  measure(isMeasured: boolean): void {
    Atomics.store(this.#words, 1, Number(isMeasured));
  }

  /** Number of orders to exchange: a loop that had no turn before the order to park knows by it that it owes an answer. */
  get exchanges(): number {
    return Atomics.load(this.#words, 2);
  }

  /** Rate of an open loop, messages per second of all connections together; 0: the one that it has. */
  get ratePerSecond(): number {
    return Atomics.load(this.#words, 3);
  }

  /** Open loop: time after the order to park in which messages that were due before are still sent. */
  get graceMs(): number {
    return Atomics.load(this.#words, 4);
  }

  get isExchanging(): boolean {
    return Atomics.load(this.#words, 0) === EXCHANGE;
  }

  get isEnding(): boolean {
    return Atomics.load(this.#words, 0) === END;
  }

  get isMeasured(): boolean {
    return Atomics.load(this.#words, 1) === 1;
  }
}
