import type { ServerContract } from "@c10k-lab/server/contract";

export { contract as CLIENT } from "../../../client/src/contract.ts";

/** The servers, a line each, in the order of help texts and tables. */
const modules = await Promise.all([
  import("../../../server-threaded/src/contract.ts"),
  import("../../../server-select/src/contract.ts"),
  import("../../../server-poll/src/contract.ts"),
  import("../../../server-epoll/src/contract.ts"),
  import("../../../server-uring/src/contract.ts"),
]);

export const CONTRACTS: readonly ServerContract[] = modules.map(({ contract }) => contract);

/** Names of the servers that a plan may compare. */
export const SERVERS: readonly string[] = CONTRACTS.map(({ server }) => server);

/** Returns the contract of a server, or undefined when there is no such server. */
export function findContract(name: string): ServerContract | undefined {
  return CONTRACTS.find(({ server }) => server === name);
}
