import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const PAUSE_MS = 100;

/**
 * Waits until no process holds the lock of this name, and takes it. Close the server to release it. The lock is an abstract
 * Unix socket: the kernel frees it when the process ends, also after SIGKILL.
 */
export async function acquireLock(name: string): Promise<Server> {
  for (;;) {
    const server = await listen(`\0${name}`);
    if (server) return server;
    await sleep(PAUSE_MS);
  }
}

/** Returns the listening server, or undefined if another one has the address. */
function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer().unref();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen(address, () => resolve(server));
  });
}
