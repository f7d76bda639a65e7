import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { addressFamily, encodeAddress, posix } from "@c10k-lab/posix";

/** The server's address, with no name left to look up. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A target, and the other addresses of its name: a server may listen on one of them. */
export interface FoundTarget {
  readonly target: Target;
  readonly otherHosts: readonly string[];
}

/** A host to which nothing can be sent; the message is one sentence. */
export class NoTarget extends Error {}

/**
 * Looks up the server. All connections go to the first address of a name that this machine can connect to: a load has one
 * server.
 *
 * @param hasSource connections come from IPv4 addresses of --source
 * @param interfaces of this machine
 * @throws NoTarget
 */
export async function findTarget(
  host: string,
  port: number,
  hasSource: boolean,
  interfaces = networkInterfaces(),
): Promise<FoundTarget> {
  const found = await lookup(host, { all: true }).catch(() => []);
  if (found[0] === undefined) throw new NoTarget(`the host '${host}' is not known`);
  const [first, ...others] = hasIpv6(interfaces) ? found : found.filter(({ address }) => !isIpv6(address));
  if (first === undefined) {
    throw new NoTarget(`${found[0].address} is an IPv6 address, and no interface of this machine has one`);
  }
  const target = { host: first.address, port };
  const family = familyOf(target);
  if (hasSource && family !== posix.AF_INET) {
    throw new NoTarget(`--source names IPv4 addresses, but ${target.host} is an IPv6 address`);
  }
  return { target, otherHosts: [...new Set(others.map(({ address }) => address))] };
}

/** Without a source address connect(2) fails as if no local port were left: EADDRNOTAVAIL. */
function hasIpv6(interfaces: ReturnType<typeof networkInterfaces>): boolean {
  return Object.values(interfaces).some((list) => list?.some(({ family }) => family === "IPv6"));
}

/** Returns whether packets to an address are of IPv6; those to `::ffff:127.0.0.1` are of IPv4. */
function isIpv6(address: string): boolean {
  return address.includes(":") && !/^::ffff:/i.test(address);
}

function familyOf(target: Target): number {
  try {
    return addressFamily(encodeAddress(target));
  } catch (error) {
    throw new NoTarget((error as Error).message);
  }
}
