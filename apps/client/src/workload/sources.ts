import { encodeAddress } from "@c10k-lab/posix";

/** Addresses one connection tries before it gives up: others of a large network are likely to be as exhausted. */
const MOST_TRIED = 64;
/** Where the address lies in struct sockaddr_in, ip(7), in network order. */
const IPV4_OFFSET = 4;

/** Local IPv4 addresses to connect from: `first` and the `count - 1` above it. Plain data, to be handed to the worker. */
export interface SourceRange {
  /** As a number: 127.0.0.1 is 0x7f000001. */
  readonly first: number;
  readonly count: number;
}

/**
 * Reads "127.0.0.1/26": the addresses of a network without its first and last, which mean the network itself and
 * everyone in it; or "127.0.0.5": that one.
 *
 * @returns null when it is neither
 */
export function parseSourceRange(text: string): SourceRange | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text);
  if (!match) return null;
  const bytes = match.slice(1, 5).map(Number);
  const prefixBits = match[5] === undefined ? 32 : Number(match[5]);
  if (bytes.some((byte) => byte > 255) || prefixBits > 32 || prefixBits < 8) return null;
  const address = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const size = 2 ** (32 - prefixBits);
  const network = address - (address % size);
  return size <= 2 ? { first: network, count: size } : { first: network + 1, count: size - 2 };
}

/** The addresses in turn: a machine has some 28,000 ports for connections to one server, for each address anew. */
export class Sources {
  readonly #range: SourceRange;
  readonly #sockaddr = encodeAddress({ host: "0.0.0.0", port: 0 });
  readonly #view = new DataView(this.#sockaddr.buffer);

  constructor(range: SourceRange) {
    this.#range = range;
  }

  /** How many a connection tries. */
  get tries(): number {
    return Math.min(MOST_TRIED, this.#range.count);
  }

  /** @returns a struct sockaddr for bind(2) with port 0, overwritten by the next call */
  take(connection: number, attempt: number): Uint8Array {
    this.#view.setUint32(IPV4_OFFSET, this.#range.first + ((connection + attempt) % this.#range.count));
    return this.#sockaddr;
  }
}
