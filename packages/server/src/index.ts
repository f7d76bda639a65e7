/** Code that the three echo servers share: everything but the way they wait for their clients. */

export { runServer } from "./run-server.ts";
