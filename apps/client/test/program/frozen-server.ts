import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const PROGRAM = `
  const server = require("node:net").createServer({ noDelay: true }, (socket) => {
    socket.once("data", () => process.stdout.write("."));
    socket.on("data", (data) => socket.write(data)).on("error", () => {});
  });
  server.listen(0, "127.0.0.1", () => process.stdout.write(server.address().port + "\\n"));
`;

/** An echo server in a process of its own that can be frozen. */
export interface FreezableServer extends AsyncDisposable {
  readonly port: number;
  /** Resolves when the first message has come. */
  readonly inUse: Promise<unknown>;
  freeze(forMs: number): Promise<void>;
}

export async function startFreezable(): Promise<FreezableServer> {
  const child = spawn(process.execPath, ["-e", PROGRAM], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  return {
    port: Number(line),
    inUse: once(child.stdout, "data"),
    async freeze(forMs) {
      child.kill("SIGSTOP");
      await sleep(forMs);
      child.kill("SIGCONT");
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
