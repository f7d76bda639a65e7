import { posix } from "@c10k-lab/posix";
import { REST_MS } from "@c10k-lab/protocol/names";
import { COUNTER, type Ledger } from "@c10k-lab/stats/ledger";

/**
 * Gives memory back that V8's compiler took while connections were opened and has freed, once nothing has happened for REST_MS:
 * malloc(3) keeps 2 to 4 MB of it. A load that pauses on the same connections is not disturbed again.
 */
export class Rest implements Disposable {
  readonly #ledger: Ledger;
  readonly #timer: NodeJS.Timeout;
  #events = 0;
  /** Number of accepted connections at the last rest. */
  #accepted = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#timer = setInterval(() => this.#look(), REST_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const accepted = this.#ledger.counter(COUNTER.accepted);
    const events = accepted + this.#ledger.counter(COUNTER.events);
    if (events === this.#events && accepted !== this.#accepted) {
      posix.malloc_trim();
      this.#accepted = accepted;
    }
    this.#events = events;
  }
}
