import { UsageError } from "@c10k-lab/cli";
import { readContext } from "../docker/engine-address.ts";

/**
 * Finds the engine of another machine: DOCKER_HOST, or the present context of docker(1), and names it in DOCKER_HOST for
 * dockerode, which knows no contexts.
 *
 * @param address of the machine, where the user names one
 * @returns name or address of the machine
 * @throws UsageError when the engine is on this machine
 */
export function findEngine(address: string | undefined): string {
  process.env.DOCKER_HOST ??= readContext();
  const host = hostOf(process.env.DOCKER_HOST);
  if (address !== undefined) return address;
  if (host !== null) return host;
  throw new UsageError(
    `--engine remote needs the Docker engine of another machine, and ${process.env.DOCKER_HOST} is here: set DOCKER_HOST=ssh://alpha or 'docker context use alpha'`,
  );
}

/** Returns the host in an engine's address; null for a socket of this machine. */
function hostOf(address: string): string | null {
  // As docker(1) has it: "alpha:2375" is tcp.
  const { protocol, hostname } = parse(address.includes("://") ? address : `tcp://${address}`);
  return ["unix:", "npipe:"].includes(protocol) ? null : hostname;
}

function parse(address: string): URL {
  const url = URL.parse(address);
  if (url === null) throw new UsageError(`DOCKER_HOST is no address of an engine: '${address}'`);
  return url;
}
