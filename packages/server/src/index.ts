/** What the three echo servers share: all but the way they wait for their clients. */

export { EVENTS_PER_WAIT } from "./limits.ts";
export { EVENT_SERVER_OPTIONS } from "./options.ts";
export { runServer } from "./run-server.ts";
