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
  /** The order, and whether messages are measured. */
  readonly #words: Int32Array;

  constructor(memory: OrdersMemory = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  exchange(): void {
    Atomics.store(this.#words, 0, EXCHANGE);
  }

  /** Lets messages in flight come back and begins no others; the connections stay open. */
  park(): void {
    Atomics.store(this.#words, 0, PARK);
  }

  end(): void {
    Atomics.store(this.#words, 0, END);
  }

  /** Begins or ends the measured part: response times of messages sent in it are recorded. */
  measure(isMeasured: boolean): void {
    Atomics.store(this.#words, 1, Number(isMeasured));
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
