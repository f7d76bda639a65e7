/**
 * Moment up to which everything that happened on the sockets is known. One wait returns a limited number of events, so after a
 * standstill several are needed: until one is not full, or until they together returned more events than there are sockets,
 * because epoll(7) reports ready sockets in turn.
 */
export class HeardUntil {
  readonly #eventsPerWait: number;
  readonly #connections: number;
  #roundUs = 0;
  #events = 0;
  /** CLOCK_MONOTONIC, µs; 0 before the first wait. */
  asOfUs = 0;

  constructor(eventsPerWait: number, connections: number) {
    this.#eventsPerWait = eventsPerWait;
    this.#connections = connections;
  }

  /** @param beforeUs begin of a wait @param ready events that it returned */
  note(beforeUs: number, ready: number): void {
    if (this.#events === 0) this.#roundUs = beforeUs;
    this.#events += ready;
    if (ready === this.#eventsPerWait && this.#events <= this.#connections) return;
    this.asOfUs = this.#roundUs;
    this.#events = 0;
  }
}
