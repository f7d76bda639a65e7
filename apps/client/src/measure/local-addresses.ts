import { type Address, decodeAddress, posix, SOCKADDR_BYTES } from "@c10k-lab/posix";

/** Bytes of a port, of an address of either family, and of the number of an address. */
const PORT_BYTES = 2;
const IPV4_BYTES = 4;
const IPV6_BYTES = 16;
const NUMBER_BYTES = 2;

/** Most different IPv6 addresses: the kernel picks them by rule (RFC 6724), mostly one for all connections to a server. */
const MOST_ADDRESSES = 2 ** 16;

/** Memory of local addresses, as plain data that can be posted to a worker. */
export interface LocalAddressesMemory {
  /** AF_INET or AF_INET6: that of the server's address, and so of all. */
  readonly family: number;
  /** A row for each connection: its port, then its address or, with IPv6, the number of its address. */
  readonly rows: SharedArrayBuffer;
  /** IPv6: the different addresses; the kernel maps the pages of those that there are. */
  readonly addresses: SharedArrayBuffer;
}

/** Local addresses of connections, in shared memory: 6 bytes each with IPv4, 4 with IPv6. */
export class LocalAddresses {
  readonly memory: LocalAddressesMemory;
  readonly #isIpv4: boolean;
  readonly #rows: DataView;
  readonly #bytesEach: number;
  readonly #addresses: Uint8Array;
  /** Number of different IPv6 addresses. */
  #count = 0;

  constructor(memory: LocalAddressesMemory) {
    this.memory = memory;
    this.#isIpv4 = memory.family === posix.AF_INET;
    this.#rows = new DataView(memory.rows);
    this.#bytesEach = PORT_BYTES + (this.#isIpv4 ? IPV4_BYTES : NUMBER_BYTES);
    this.#addresses = new Uint8Array(memory.addresses);
  }

  static allocate(connections: number, family: number): LocalAddresses {
    const isIpv4 = family === posix.AF_INET;
    return new LocalAddresses({
      family,
      rows: new SharedArrayBuffer(connections * (PORT_BYTES + (isIpv4 ? IPV4_BYTES : NUMBER_BYTES))),
      addresses: new SharedArrayBuffer(isIpv4 ? 0 : Math.min(connections, MOST_ADDRESSES) * IPV6_BYTES),
    });
  }

  /** Keeps the address that getsockname(2) wrote. @throws RangeError when there are too many different ones */
  keep(connection: number, sockaddr: Uint8Array): void {
    const at = connection * this.#bytesEach;
    for (let byte = 0; byte < PORT_BYTES; byte++) {
      this.#rows.setUint8(at + byte, sockaddr[posix.SOCKADDR_PORT_OFFSET + byte]);
    }
    if (!this.#isIpv4) {
      this.#rows.setUint16(at + PORT_BYTES, this.#numberOf(sockaddr));
      return;
    }
    for (let byte = 0; byte < IPV4_BYTES; byte++) {
      this.#rows.setUint8(at + PORT_BYTES + byte, sockaddr[posix.SOCKADDR_IN_ADDRESS_OFFSET + byte]);
    }
  }

  /** Returns the address of a connection that was established. */
  read(connection: number): Address {
    const at = connection * this.#bytesEach;
    const sockaddr = new Uint8Array(SOCKADDR_BYTES);
    const view = new DataView(sockaddr.buffer);
    new Uint16Array(sockaddr.buffer, 0, 1)[0] = this.memory.family;
    view.setUint16(posix.SOCKADDR_PORT_OFFSET, this.#rows.getUint16(at));
    if (this.#isIpv4) view.setUint32(posix.SOCKADDR_IN_ADDRESS_OFFSET, this.#rows.getUint32(at + PORT_BYTES));
    else {
      const from = this.#rows.getUint16(at + PORT_BYTES) * IPV6_BYTES;
      sockaddr.set(this.#addresses.subarray(from, from + IPV6_BYTES), posix.SOCKADDR_IN6_ADDRESS_OFFSET);
    }
    return decodeAddress(sockaddr);
  }

  /** Returns the number of an IPv6 address, which it gets when it is new. */
  #numberOf(sockaddr: Uint8Array): number {
    for (let number = 0; number < this.#count; number++) {
      if (this.#isNumber(number, sockaddr)) return number;
    }
    const from = this.#count * IPV6_BYTES;
    if (from === this.#addresses.length) throw new RangeError("too many different local addresses");
    for (let byte = 0; byte < IPV6_BYTES; byte++) {
      this.#addresses[from + byte] = sockaddr[posix.SOCKADDR_IN6_ADDRESS_OFFSET + byte];
    }
    return this.#count++;
  }

  #isNumber(number: number, sockaddr: Uint8Array): boolean {
    for (let byte = 0; byte < IPV6_BYTES; byte++) {
      const is = this.#addresses[number * IPV6_BYTES + byte];
      if (is !== sockaddr[posix.SOCKADDR_IN6_ADDRESS_OFFSET + byte]) return false;
    }
    return true;
  }
}
