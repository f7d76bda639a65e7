/**
 * Parts for the data plane of a server. They import no third-party package, because each worker loads its own copy.
 * The loop of a poller, EventServer, is an export of its own: a server with another loop does not load it.
 */

export {
  ACCEPT_PAUSE_MS,
  BUFFER_BYTES,
  FAILED_ACCEPTS_BEFORE_PAUSE,
  MOST_CONNECTIONS,
  MOST_DESCRIPTORS,
} from "../limits.ts";
export { ABORT, RUN } from "../stop-request.ts";
export { ACCEPT_PAUSE, classifyAcceptError } from "./accept-error.ts";
export { CLOSE_CODE, reasonOfErrno } from "./close-code.ts";
export { ConnectionRows, OWN_FLAGS, OWN_INTEGERS } from "./connection-rows.ts";
export { type DataPlane, openDataPlane } from "./data-plane.ts";
export { type Poller, READ_TO_THE_END, READABLE, WRITABLE } from "./poller.ts";
export { refuse } from "./refuse.ts";
export { Silence } from "./silence.ts";
