import { encodeAddress } from "@c10k-lab/posix";
import type { SourceRange } from "../source-range.ts";

/** Addresses that one connection tries: in a large network the others are likely to be as exhausted. */
const MOST_TRIED = 64;
/** Offset of the address in struct sockaddr_in, in network order, ip(7). */
const IPV4_OFFSET = 4;

/** Source addresses in turn. Each address has some 28,000 ports for connections to one server. */
export class Sources {
  readonly #range: SourceRange;
  readonly #sockaddr = encodeAddress({ host: "0.0.0.0", port: 0 });
  readonly #view = new DataView(this.#sockaddr.buffer);

  constructor(range: SourceRange) {
    this.#range = range;
  }

  /** The number of addresses that a connection tries. */
  get tries(): number {
    return Math.min(MOST_TRIED, this.#range.count);
  }

  /** @returns a struct sockaddr for bind(2) with port 0, overwritten by the next call */
  take(connection: number, attempt: number): Uint8Array {
    this.#view.setUint32(IPV4_OFFSET, this.#range.first + ((connection + attempt) % this.#range.count));
    return this.#sockaddr;
  }
}
