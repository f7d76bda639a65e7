import type { OptionTable, Program } from "@c10k-lab/cli";
import type { ServerTraits } from "@c10k-lab/protocol";
import { SERVER_OPTIONS } from "./options.ts";

export { EVENTS_PER_WAIT } from "./limits.ts";
export { EVENT_SERVER_OPTIONS, SERVER_OPTIONS } from "./options.ts";

/** Name, options, defaults and traits of a server, without the code that serves: other programs import it. */
export interface ServerContract<T extends OptionTable = OptionTable>
  extends Program<typeof SERVER_OPTIONS & T> {
  /** Name of the architecture in results and plans: `epoll`. Lower-case letters, digits and hyphens. */
  readonly server: string;
  readonly traits: ServerTraits;
  /** Key of the option that bounds the numbers of its descriptors; absent where only the kernel does. */
  readonly descriptorBound?: string;
}

/** Returns the contract of the app `server-<name>`: the options that all servers share, plus its own. */
export function serverContract<const T extends OptionTable>(
  own: Pick<ServerContract<T>, "server" | "traits" | "descriptorBound" | "describe" | "examples"> & {
    readonly options: T;
  },
): ServerContract<T> {
  return {
    ...own,
    name: `server-${own.server}`,
    options: { ...SERVER_OPTIONS, ...own.options },
    envPrefix: "ECHO",
    epilogue: EPILOGUE,
  };
}

const EPILOGUE = `Every option is also read from the environment: --idle-timeout is ECHO_IDLE_TIMEOUT.
stdout gets one JSON line when the server listens and one with its totals when it ends; messages go to stderr.
SIGINT, SIGTERM, SIGHUP, SIGQUIT, or a signal of a timer or a limit: stop listening, send the pending echoes, write every row,
exit 0. A second one of the first four closes all at once. SIGHUP is ignored under nohup(1).
Exit codes: 0 success, 1 the server could not serve, 2 wrong usage, 3 rows could not be written.`;
