import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./until.ts";

/** A container engine of the test's own: it may be killed, and it has no images but those it is given. */
export class PrivateEngine implements AsyncDisposable {
  readonly host: string;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string) {
    this.#folder = folder;
    this.host = `unix://${folder}/socket`;
    const state = ["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec")];
    const network = ["--bridge=none", "--iptables=false", "--ip6tables=false"];
    const names = ["--containerd-namespace", "private", "--containerd-plugins-namespace", "private-plugins"];
    // Not the machine's own: what stands there is for the ordinary engine.
    const config = join(folder, "daemon.json");
    writeFileSync(config, "{}");
    const where = ["--host", this.host, "--pidfile", join(folder, "pid"), "--config-file", config];
    this.#process = spawn("dockerd", [...state, ...network, ...names, ...where], { stdio: "ignore" });
  }

  /** Why there can be none here; undefined when there can. */
  static get missing(): string | undefined {
    if (process.getuid?.() !== 0) return "an engine of its own needs root";
    try {
      execFileSync("dockerd", ["--version"], { stdio: "ignore" });
      return undefined;
    } catch {
      return "dockerd is not installed";
    }
  }

  static async start(): Promise<PrivateEngine> {
    const engine = new PrivateEngine(mkdtempSync(join(tmpdir(), "c10k-engine-")));
    await until(() => engine.#answers(), "the private engine answers");
    return engine;
  }

  /** Copies images of the ordinary engine. */
  load(...images: string[]): void {
    const archive = join(this.#folder, "images.tar");
    execFileSync("docker", ["save", "--output", archive, ...images]);
    this.#docker("load", "--quiet", "--input", archive);
  }

  /** As if it crashed: its containers live on. */
  async kill(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.kill("SIGTERM");
      await ended;
    }
    this.#endOrphans();
    this.#unmount();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What a killed engine leaves: the daemon below it and the keepers of its containers. All were given this folder. */
  #endOrphans(): void {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      if (isGiven(pid, this.#folder)) process.kill(Number(pid), "SIGKILL");
    }
  }

  /** Lazily, and the inner ones first: what is still in use goes when its user does. */
  #unmount(): void {
    const mounts = readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[1] ?? "");
    for (const mount of mounts.filter((path) => path.startsWith(this.#folder)).reverse()) {
      spawnSync("umount", ["--lazy", mount]);
    }
  }

  #answers(): boolean {
    try {
      this.#docker("version");
      return true;
    } catch {
      return false;
    }
  }

  #docker(...args: string[]): void {
    execFileSync("docker", ["--host", this.host, ...args], { stdio: "ignore" });
  }
}

function isGiven(pid: string, folder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(`${folder}/exec`);
  } catch {
    return false; // It has ended.
  }
}
