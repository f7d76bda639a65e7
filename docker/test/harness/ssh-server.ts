import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "@c10k-lab/process/testing";
import { STATE_BOUND_MS } from "./engine.ts";

/** An sshd(8) in a network namespace, with keys of its own, and an ssh(1) that knows nothing else. */
export class SshServer implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "c10k-sshd-"));
  readonly #address: string;
  readonly #server: ChildProcess;

  private constructor(namespace: string, address: string, engine: string) {
    this.#address = address;
    for (const key of ["host", "user", "stranger"]) {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", this.#path(key)]);
    }
    copyFileSync(this.#path("user.pub"), this.#path("authorized"));
    this.knowHost("host");
    this.#write("sshd_config", [
      `ListenAddress ${address}`,
      `HostKey ${this.#path("host")}`,
      `AuthorizedKeysFile ${this.#path("authorized")}`,
      ...["PermitRootLogin yes", "PasswordAuthentication no", "UsePAM no", "StrictModes no", "PidFile none"],
      `SetEnv DOCKER_HOST=${engine}`,
    ]);
    this.#write("ssh_config", [
      ...["IdentitiesOnly yes", `IdentityFile ${this.#path("user")}`],
      ...[`UserKnownHostsFile ${this.#path("known")}`, "StrictHostKeyChecking yes"],
    ]);
    this.#write("ssh", ["#!/bin/sh", `exec /usr/bin/ssh -F ${this.#path("ssh_config")} "$@"`]);
    chmodSync(this.#path("ssh"), 0o755);
    this.#write("log", []);
    mkdirSync("/run/sshd", { recursive: true });
    const words = ["/usr/sbin/sshd", "-D", "-f", this.#path("sshd_config"), "-E", this.#path("log")];
    this.#server = spawn("nsenter", [`--net=/run/netns/${namespace}`, ...words], { stdio: "ignore" });
  }

  static get isInstalled(): boolean {
    return spawnSync("/usr/sbin/sshd", ["-V"]).error === undefined;
  }

  /**
   * @param namespace network namespace that has the address
   * @param engine address of the engine for docker(1) there
   */
  static async start(namespace: string, address: string, engine: string): Promise<SshServer> {
    const server = new SshServer(namespace, address, engine);
    const isListening = () => readFileSync(server.#path("log"), "utf8").includes("Server listening");
    await until(isListening, "sshd listens", STATE_BOUND_MS);
    return server;
  }

  /** Variables with which a program reaches the engine through this server. */
  get env(): NodeJS.ProcessEnv {
    return { DOCKER_HOST: `ssh://root@${this.#address}`, PATH: `${this.#folder}:${process.env.PATH}` };
  }

  /** Has ssh(1) expect the server's key, or that of a stranger. */
  knowHost(key: "host" | "stranger"): void {
    const [kind, value] = readFileSync(this.#path(`${key}.pub`), "utf8").split(" ");
    this.#write("known", [`${this.#address} ${kind} ${value}`]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#server, "exit");
    this.#server.kill();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #path(file: string): string {
    return join(this.#folder, file);
  }

  #write(file: string, lines: readonly string[]): void {
    writeFileSync(this.#path(file), `${lines.join("\n")}\n`);
  }
}
