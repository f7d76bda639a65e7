import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identityOf, isRunning } from "./labels.ts";

/** No question on the terminal; a host that is silent for 15 s is gone. */
const OPTIONS = ["BatchMode=yes", "ConnectTimeout=8", "ServerAliveInterval=5", "ServerAliveCountMax=3"];
/** The engine of that host, as docker(1) reaches it. */
const REMOTE = ["docker", "system", "dial-stdio"];
const STDERR_KEPT = 1000;
/** Folder of a tunnel: the identity of its lab follows. */
const FOLDER = "c10k-ssh-";

/**
 * A unix socket whose connections end at the engine of an ssh:// address. ssh(1) carries each, so that keys, known hosts and
 * names are those of ~/.ssh. The library of dockerode knows keys in ssh-agent only, and takes any host for the right one.
 */
export class SshTunnel {
  readonly path: string;
  readonly #folder = mkdtempSync(join(tmpdir(), `${FOLDER}${identityOf(process.pid)}-`));
  readonly #words: readonly string[];
  readonly #server: Server;
  readonly #programs = new Set<ChildProcess>();
  #lastError = "";

  /** @param address as DOCKER_HOST has it: ssh://USER@HOST:PORT, user and port are optional */
  constructor(address: string) {
    removeLeftFolders();
    this.#words = wordsOf(new URL(address));
    this.path = join(this.#folder, "socket");
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#carry(socket));
    this.#server.listen(this.path).unref();
  }

  /** Last line that ssh(1) wrote to stderr; empty when there was none. */
  get lastError(): string {
    return this.#lastError;
  }

  /** Ends all connections. */
  close(): void {
    this.#server.close();
    for (const program of this.#programs) program.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #carry(socket: Socket): void {
    // A session of its own: Ctrl-C of the terminal is for the lab, which still has to ask the engine.
    const ssh = spawn("ssh", this.#words, { detached: true, stdio: "pipe" });
    this.#programs.add(ssh);
    socket.pipe(ssh.stdin).on("error", () => {}); // The event "close" follows.
    ssh.stdout.pipe(socket).on("error", () => {});
    socket.on("close", () => ssh.kill());
    let errors = "";
    ssh.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-STDERR_KEPT);
      this.#lastError = errors.trim().split("\n").at(-1)?.trim() ?? "";
    });
    ssh.on("error", ({ message }) => {
      this.#lastError = message; // No ssh(1).
    });
    ssh.on("close", () => {
      this.#programs.delete(ssh);
      socket.destroy();
    });
  }
}

/** Removes the folders of labs that were killed. */
function removeLeftFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, lab] = new RegExp(`^${FOLDER}(\\d+\\.\\d+)-`).exec(name) ?? [];
    if (lab === undefined || isRunning(lab)) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // It belongs to another user.
    }
  }
}

/** Returns the arguments of ssh(1) that reach the engine of an address. */
export function wordsOf({ username, hostname, port }: URL): string[] {
  const options = OPTIONS.flatMap((option) => ["-o", option]);
  const user = username === "" ? [] : ["-l", decodeURIComponent(username)];
  return ["-T", ...options, ...user, ...(port === "" ? [] : ["-p", port]), "--", hostname, ...REMOTE];
}
