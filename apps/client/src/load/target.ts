import { lookup } from "node:dns/promises";
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
 * Looks up the server. All connections go to the first address of a name: a load has one server.
 *
 * @param hasSource connections come from IPv4 addresses of --source
 * @throws NoTarget
 */
export async function findTarget(host: string, port: number, hasSource: boolean): Promise<FoundTarget> {
  const [first, ...others] = await lookup(host, { all: true }).catch(() => []);
  if (first === undefined) throw new NoTarget(`the host '${host}' is not known`);
  const target = { host: first.address, port };
  const family = familyOf(target);
  if (hasSource && family !== posix.AF_INET) {
    throw new NoTarget(`--source names IPv4 addresses, but ${target.host} is an IPv6 address`);
  }
  return { target, otherHosts: [...new Set(others.map(({ address }) => address))] };
}

function familyOf(target: Target): number {
  try {
    return addressFamily(encodeAddress(target));
  } catch (error) {
    throw new NoTarget((error as Error).message);
  }
}
