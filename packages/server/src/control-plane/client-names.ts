import { lookupService } from "node:dns/promises";

/** Names kept at most; beyond it the oldest is forgotten. */
const REMEMBERED = 10_000;

/** How long a row waits for its client's name before it goes out with the address in its place. */
const PATIENCE_MS = 500;

/**
 * Host names of clients, looked up once an address and off the data path: getnameinfo(3) runs in libuv's thread pool.
 * A client without a name is called by its address.
 */
export class ClientNames {
  readonly #names = new Map<string, string>();
  readonly #lookups = new Map<string, Promise<void>>();

  /** The name if it is known by now, and starts to look it up if not. */
  get(address: string): string | undefined {
    const name = this.#names.get(address);
    if (name === undefined) this.#start(address);
    return name;
  }

  /** Gives lookups under way a moment, then settles for addresses. */
  async settle(): Promise<void> {
    if (this.#lookups.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([Promise.all(this.#lookups.values()), patience]);
    clearTimeout(timer);
    for (const address of this.#lookups.keys()) this.#remember(address, address);
  }

  #start(address: string): void {
    if (this.#lookups.has(address)) return;
    const lookup = lookupService(address, 0)
      .then(({ hostname }) => this.#remember(address, hostname))
      .catch(() => this.#remember(address, address))
      .finally(() => this.#lookups.delete(address));
    this.#lookups.set(address, lookup);
  }

  #remember(address: string, name: string): void {
    if (this.#names.size >= REMEMBERED) {
      const [oldest] = this.#names.keys();
      if (oldest !== undefined) this.#names.delete(oldest);
    }
    this.#names.set(address, name);
  }
}
