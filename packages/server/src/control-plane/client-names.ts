import { lookupService } from "node:dns/promises";

/** Bound of names in the cache; a further name replaces the oldest. */
const REMEMBERED = 10_000;

/** Time that rows wait for host names, ms. After it they carry addresses instead. */
const PATIENCE_MS = 500;

/**
 * Cache of the clients' host names, one lookup per address. getnameinfo(3) runs in libuv's thread pool, away from the
 * data plane. The address stands in for a missing name.
 */
export class ClientNames {
  readonly #names = new Map<string, string>();
  readonly #lookups = new Map<string, Promise<void>>();

  /** Returns the name if it is known, otherwise starts a lookup. */
  get(address: string): string | undefined {
    const name = this.#names.get(address);
    if (name === undefined) this.#start(address);
    return name;
  }

  /** Waits PATIENCE_MS for pending lookups, then uses addresses for the rest. */
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
