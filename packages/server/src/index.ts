/** What the three echo servers share: all but the way they wait for their clients. */

export { ACCEPT_PAUSE, ACCEPT_RETRY, afterAcceptError } from "./accept-error.ts";
export type { DataPlane } from "./data-plane.ts";
export { reasonCode } from "./echo-connection.ts";
export { EventServer } from "./event-server.ts";
export { ACCEPT_PAUSE_MS, BUFFER_BYTES, EVENTS_PER_WAIT } from "./limits.ts";
export { type Poller, READ_TO_THE_END, READABLE, WRITABLE } from "./poller.ts";
export { refuse } from "./refuse.ts";
export { runServer } from "./run-server.ts";
export { ABORT, RUN } from "./stop-request.ts";
