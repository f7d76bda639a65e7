import { lookupService, Resolver } from "node:dns/promises";

/** Bound of names in the cache; a further name replaces the oldest. */
const REMEMBERED = 10_000;

/** Bound of lookups at a time: an address beyond them stands for itself. */
const LOOKUPS_AT_ONCE = 1000;

/** Time that a name server may take, and that rows wait for host names, ms. After it they carry addresses instead. */
const PATIENCE_MS = 500;

/**
 * Cache of the clients' host names, one lookup per address. The address stands in for a missing name.
 *
 * getnameinfo(3) sleeps in libuv's thread pool, whose threads Node joins at its exit. So it is asked only after c-ares, which needs
 * no thread, has found a name: a name server that is silent would keep the process for minutes.
 */
export class ClientNames {
  readonly #names = new Map<string, string>();
  readonly #resolver = new Resolver({ timeout: PATIENCE_MS, tries: 1 });
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
    if (this.#lookups.size >= LOOKUPS_AT_ONCE) {
      this.#remember(address, address);
      return;
    }
    const lookup = this.#lookUp(address)
      .then((name) => this.#remember(address, name))
      .catch(() => this.#remember(address, address))
      .finally(() => this.#lookups.delete(address));
    this.#lookups.set(address, lookup);
  }

  async #lookUp(address: string): Promise<string> {
    await this.#resolver.reverse(address);
    // The answer came too late, so the next one may as well.
    if (this.#names.has(address)) return address;
    return (await lookupService(address, 0)).hostname;
  }

  #remember(address: string, name: string): void {
    if (this.#names.size >= REMEMBERED) {
      const [oldest] = this.#names.keys();
      if (oldest !== undefined) this.#names.delete(oldest);
    }
    this.#names.set(address, name);
  }
}
