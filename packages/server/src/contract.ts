import type { OptionTable, Program } from "@c10k-lab/cli";
import type { ServerTraits } from "@c10k-lab/protocol";
import { SERVER_OPTIONS } from "./options.ts";

export { EVENTS_PER_WAIT } from "./limits.ts";
export { EVENT_SERVER_OPTIONS } from "./options.ts";

/** A server as others see it: its name, options, defaults and traits, without the code that serves. */
export interface ServerContract<T extends OptionTable = OptionTable>
  extends Program<typeof SERVER_OPTIONS & T> {
  /** Name of the architecture, as results and plans have it: `epoll`. */
  readonly server: string;
  readonly traits: ServerTraits;
}

/** Returns the contract of the app `server-<name>`: the options of every server and its own. */
export function serverContract<const T extends OptionTable>(
  own: Pick<ServerContract<T>, "server" | "traits" | "describe" | "examples"> & { readonly options: T },
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
stdout has one JSON line when the server listens and one with its totals when it ends; words go to stderr.
SIGINT or SIGTERM: stop listening, let clients have their echoes, write every row, exit 0. A second one: now.
Exit codes: 0 all well, 1 it could not serve, 2 bad usage, 3 rows could not be written.`;
