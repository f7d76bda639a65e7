/** Echo server without its architecture: an app adds the data plane that waits for clients. */

export { runServer } from "./run-server.ts";
