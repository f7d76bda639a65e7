import { descriptors } from "@c10k-lab/process";
import { mainOf, pause, TestProgram, until } from "@c10k-lab/process/testing";
import { runClient } from "./client-process.ts";

/** Time of messages before the freeze, ms. */
const BUSY_MS = 500;

export interface Freeze {
  readonly connections: number;
  readonly timeoutMs: number;
  readonly frozenMs: number;
}

/**
 * Runs a client that is frozen while its connections exchange messages. The server is fast, so that on a busy machine, too, no
 * answer takes as long as --timeout.
 */
export async function runFrozen({ connections, timeoutMs, frozenMs }: Freeze, args: readonly string[] = []) {
  const server = new TestProgram({ program: mainOf("server-epoll"), args: ["--port", "0"] });
  await until(() => server.stdout.includes("\n"), "the server listens");
  const { port } = JSON.parse(server.stdout) as { port: number };
  const load = ["--connections", `${connections}`, "--duration", "5s", "--timeout", `${timeoutMs}ms`];
  const result = await runClient(["--port", `${port}`, ...load, ...args], {
    whileRunning: async (signal) => {
      await until(() => descriptors(server.pid).length > connections, "all are connected");
      await pause(BUSY_MS);
      signal("SIGSTOP");
      await pause(frozenMs);
      signal("SIGCONT");
    },
  });
  server.signal("SIGTERM");
  await server.exited;
  return result;
}
