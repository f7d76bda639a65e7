import { type Address, decodeAddress, posix, SOCKADDR_BYTES } from "@c10k-lab/posix";

/** Bytes of a port, and of an address of either family. */
const PORT_BYTES = 2;
const IPV4_BYTES = 4;
const IPV6_BYTES = 16;

/**
 * Local addresses of connections, in shared memory: what a struct sockaddr says of each, 6 bytes with IPv4 and 18 with
 * IPv6. All are of the family of the server's address.
 */
export class LocalAddresses {
  readonly #bytes: Uint8Array;
  readonly #family: number;
  readonly #bytesEach: number;
  /** Offset of the address in a struct sockaddr. */
  readonly #from: number;

  constructor(memory: SharedArrayBuffer, family: number) {
    this.#bytes = new Uint8Array(memory);
    this.#family = family;
    this.#bytesEach = LocalAddresses.bytesOf(family);
    this.#from =
      family === posix.AF_INET ? posix.SOCKADDR_IN_ADDRESS_OFFSET : posix.SOCKADDR_IN6_ADDRESS_OFFSET;
  }

  /** Returns the bytes of one connection. */
  static bytesOf(family: number): number {
    return PORT_BYTES + (family === posix.AF_INET ? IPV4_BYTES : IPV6_BYTES);
  }

  /** Keeps the address that getsockname(2) wrote. */
  keep(connection: number, sockaddr: Uint8Array): void {
    const at = connection * this.#bytesEach;
    for (let byte = 0; byte < PORT_BYTES; byte++) {
      this.#bytes[at + byte] = sockaddr[posix.SOCKADDR_PORT_OFFSET + byte];
    }
    for (let byte = PORT_BYTES; byte < this.#bytesEach; byte++) {
      this.#bytes[at + byte] = sockaddr[this.#from + byte - PORT_BYTES];
    }
  }

  /** Returns the address of a connection that was established. */
  read(connection: number): Address {
    const at = connection * this.#bytesEach;
    const sockaddr = new Uint8Array(SOCKADDR_BYTES);
    new Uint16Array(sockaddr.buffer, 0, 1)[0] = this.#family;
    sockaddr.set(this.#bytes.subarray(at, at + PORT_BYTES), posix.SOCKADDR_PORT_OFFSET);
    sockaddr.set(this.#bytes.subarray(at + PORT_BYTES, at + this.#bytesEach), this.#from);
    return decodeAddress(sockaddr);
  }
}
