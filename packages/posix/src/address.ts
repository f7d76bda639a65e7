import { binding } from "./binding.ts";

/** An IPv4 or IPv6 address and a port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

// Struct sockaddr_in, ip(7), and struct sockaddr_in6, ipv6(7). The family is in host order, the port in network order.
const {
  SOCKADDR_PORT_OFFSET: PORT_OFFSET,
  SOCKADDR_IN_ADDRESS_OFFSET: IPV4_OFFSET,
  SOCKADDR_IN6_ADDRESS_OFFSET: IPV6_OFFSET,
} = binding;

/** Size of a struct sockaddr of either family, bytes. */
export const SOCKADDR_BYTES = binding.SOCKADDR_IN6_BYTES;

const IPV4_MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/**
 * Returns the kernel's form of an address, for bind(2) and connect(2).
 *
 * @throws RangeError when `host` is neither an IPv4 nor an IPv6 address
 */
export function encodeAddress({ host, port }: Address): Uint8Array {
  const raw = new Uint8Array(16);
  const family = parseHost(host, raw);
  const isIPv4 = family === binding.AF_INET;
  const sockaddr = new Uint8Array(isIPv4 ? binding.SOCKADDR_IN_BYTES : binding.SOCKADDR_IN6_BYTES);
  new Uint16Array(sockaddr.buffer, 0, 1)[0] = family;
  new DataView(sockaddr.buffer).setUint16(PORT_OFFSET, port);
  sockaddr.set(isIPv4 ? raw.subarray(0, 4) : raw, isIPv4 ? IPV4_OFFSET : IPV6_OFFSET);
  return sockaddr;
}

/** Returns the family of an encoded address: AF_INET or AF_INET6. */
export function addressFamily(sockaddr: Uint8Array, offset = 0): number {
  return new DataView(sockaddr.buffer, sockaddr.byteOffset + offset).getUint16(0, LITTLE_ENDIAN);
}

/**
 * Reads an address that accept4(2), getsockname(2) or getpeername(2) wrote at `offset`. An IPv4-mapped address, as a
 * dual-stack listener gets it, is returned as an IPv4 address.
 *
 * @returns host "" and port 0 when no address was written
 */
export function decodeAddress(sockaddr: Uint8Array, offset = 0): Address {
  const family = addressFamily(sockaddr, offset);
  const port = new DataView(sockaddr.buffer, sockaddr.byteOffset + offset).getUint16(PORT_OFFSET);
  if (family === binding.AF_INET) {
    return { host: binding.inet_ntop(family, sockaddr, offset + IPV4_OFFSET), port };
  }
  if (family === binding.AF_INET6) {
    const host = binding.inet_ntop(family, sockaddr, offset + IPV6_OFFSET);
    return { host: IPV4_MAPPED.exec(host)?.[1] ?? host, port };
  }
  return { host: "", port: 0 };
}

/** Returns an address in its usual notation: `127.0.0.1:80`, `[::1]:80`. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Writes the address bytes of `host` to `raw` and returns its family. */
function parseHost(host: string, raw: Uint8Array): number {
  for (const family of [binding.AF_INET, binding.AF_INET6]) {
    if (binding.inet_pton(family, host, raw) === 1) return family;
  }
  const zone = host.includes("%") ? " without an interface (the part after %)" : "";
  throw new RangeError(`not an IP address${zone}: ${host}`);
}
