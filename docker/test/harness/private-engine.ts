import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processesWith } from "@c10k-lab/process";
import { until } from "@c10k-lab/process/testing";
import { STATE_BOUND_MS } from "./engine.ts";

/** A container engine for one test: it may be killed, and it has only the images that `load` gives it. */
export class PrivateEngine implements AsyncDisposable {
  readonly host: string;
  readonly #folder: string;
  readonly #engine: ChildProcess;

  private constructor(folder: string) {
    this.#folder = folder;
    this.host = `unix://${folder}/socket`;
    const state = ["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec")];
    const network = ["--bridge=none", "--iptables=false", "--ip6tables=false"];
    const names = ["--containerd-namespace", "private", "--containerd-plugins-namespace", "private-plugins"];
    // Instead of /etc/docker/daemon.json, which configures the ordinary engine.
    const config = join(folder, "daemon.json");
    writeFileSync(config, "{}");
    const where = ["--host", this.host, "--pidfile", join(folder, "pid"), "--config-file", config];
    // Without pipes: containerd inherits them and keeps them open when it outlives the engine.
    this.#engine = spawn("dockerd", [...state, ...network, ...names, ...where], { stdio: "ignore" });
  }

  /** Reason why this machine cannot run a private engine; undefined when it can. */
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
    await until(() => engine.#answers(), "the private engine answers", STATE_BOUND_MS);
    return engine;
  }

  /** Copies images from the ordinary engine. */
  load(...images: string[]): void {
    const archive = join(this.#folder, "images.tar");
    execFileSync("docker", ["save", "--output", archive, ...images]);
    this.#docker("load", "--quiet", "--input", archive);
  }

  /** Sends SIGKILL, as a crash would end it: its containers live on. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end("SIGTERM");
    this.#endOrphans();
    this.#unmount();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#engine.exitCode !== null || this.#engine.signalCode !== null) return;
    const ended = once(this.#engine, "exit");
    this.#engine.kill(signal);
    await ended;
  }

  /** Kills containerd and the shims of the containers, which outlive a killed engine and name this folder. */
  #endOrphans(): void {
    for (const pid of processesWith(`${this.#folder}/exec`)) process.kill(pid, "SIGKILL");
  }

  /** Unmounts lazily, inner mounts first: a mount in use goes with its last user. */
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
