import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { mainOf, until } from "@c10k-lab/process/testing";
import { describe } from "vitest";
import { describeContainers, STATE_BOUND_MS } from "./engine.ts";
import { SshServer } from "./ssh-server.ts";

/** Number of a node: the first is the manager. */
export type NodeNumber = 0 | 1;
const NODES = [0, 1] as const;
/** Port of the engines on the link, where no one else is. */
const ENGINE_PORT = 2375;

/**
 * A real Docker Swarm of two engines on this machine, joined by a veth pair. Each has a network namespace and a host name
 * of its own, and only the images that `load` gives it.
 */
export class TwoNodeSwarm implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "c10k-swarm-"));
  /** Part of the names of namespaces and links, which have at most 15 characters. */
  readonly #tag = basename(this.#folder).slice(-6).toLowerCase();
  readonly #engines: ChildProcess[] = [];

  private constructor() {
    for (const node of NODES) run("ip", "netns", "add", this.nameOf(node));
    const [manager, worker] = NODES.map((node) => this.nameOf(node)) as [string, string];
    const [left, right] = NODES.map((node) => `v${this.#tag}${node}`) as [string, string];
    run(
      ...["ip", "link", "add", left, "netns", manager, "type", "veth"],
      ...["peer", "name", right, "netns", worker],
    );
    for (const [node, link] of [left, right].entries()) {
      const inside = ["ip", "-n", this.nameOf(node as NodeNumber)];
      run(...inside, "link", "set", "lo", "up");
      run(...inside, "addr", "add", `${addressOf(node as NodeNumber)}/24`, "dev", link);
      run(...inside, "link", "set", link, "up");
      this.#engines.push(this.#startEngine(node as NodeNumber));
    }
  }

  /** Reason why this machine cannot run such a swarm; undefined when it can. */
  static get missing(): string | undefined {
    if (process.getuid?.() !== 0) return "a swarm of its own needs root";
    const programs = ["dockerd", "ip", "nft", "nsenter", "unshare"];
    const lacking = programs.find((program) => spawnSync("which", [program]).status !== 0);
    return lacking && `${lacking} is not installed`;
  }

  static async start(): Promise<TwoNodeSwarm> {
    const swarm = new TwoNodeSwarm();
    try {
      for (const node of NODES) {
        const answers = () => spawnSync("docker", ["--host", swarm.hostOf(node), "version"]).status === 0;
        await until(answers, `the engine ${swarm.nameOf(node)} answers`, STATE_BOUND_MS);
      }
      swarm.docker(0, "swarm", "init", "--advertise-addr", addressOf(0));
      swarm.join(1);
      return swarm;
    } catch (error) {
      await swarm[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Makes a node a worker of the swarm. */
  join(node: NodeNumber): void {
    const token = this.docker(0, "swarm", "join-token", "--quiet", "worker");
    this.docker(node, "swarm", "join", "--token", token, `${addressOf(0)}:2377`);
  }

  /** Address of a node's engine, for DOCKER_HOST. */
  hostOf(node: NodeNumber): string {
    return `unix://${this.#folder}/${node}/socket`;
  }

  /** Address of a node's engine on the link, which both nodes reach. */
  remoteHostOf(node: NodeNumber): string {
    return `tcp://${addressOf(node)}:${ENGINE_PORT}`;
  }

  /** Starts an sshd on the link of a node, through which docker(1) there reaches its engine. */
  startSsh(node: NodeNumber): Promise<SshServer> {
    return SshServer.start(this.nameOf(node), addressOf(node), this.hostOf(node));
  }

  /** Host name of a node, which is its name in the swarm. It begins with the number of this process, which leaves none. */
  nameOf(node: NodeNumber): string {
    return `c10k-${process.pid}-${this.#tag}-${node}`;
  }

  /** Path of a program that runs the lab on the network of the manager. */
  get lab(): string {
    return this.labOn(0);
  }

  /** Path of a program that runs the lab on the network of a node. */
  labOn(node: NodeNumber): string {
    const path = join(this.#folder, `lab-${node}`);
    const words = ["nsenter", `--net=/run/netns/${this.nameOf(node)}`, process.execPath, mainOf("lab")];
    writeFileSync(path, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** Runs docker(1) against a node. Returns its output. */
  docker(node: NodeNumber, ...args: string[]): string {
    return execFileSync("docker", ["--host", this.hostOf(node), ...args], { stdio: "pipe" })
      .toString()
      .trim();
  }

  /** Copies images from the ordinary engine. */
  load(nodes: readonly NodeNumber[], ...images: string[]): void {
    const archive = join(this.#folder, "images.tar");
    execFileSync("docker", ["save", "--output", archive, ...images]);
    for (const node of nodes) this.docker(node, "load", "--quiet", "--input", archive);
    rmSync(archive);
  }

  /** Names of the services that exist. */
  get services(): string[] {
    return this.docker(0, "service", "ls", "--format", "{{.Name}}").split("\n").filter(Boolean);
  }

  /** Names of the services of one app that exist. */
  servicesOf(app: "client" | "server"): string[] {
    return this.services.filter((name) => name.includes(`-${app}`));
  }

  /** Ids of the containers on a node, running or not. */
  containersOf(node: NodeNumber): string[] {
    return this.docker(node, "ps", "--all", "--quiet").split("\n").filter(Boolean);
  }

  /** Returns the output of a container so far, of both streams. */
  logOf(node: NodeNumber, container: string): string {
    const { stdout, stderr } = spawnSync("docker", ["--host", this.hostOf(node), "logs", container]);
    return `${stdout}${stderr}`;
  }

  /** Sends SIGKILL to a node's engine, as a crash would end it: its containers live on. */
  async kill(node: NodeNumber): Promise<void> {
    await end(this.#engines[node], "SIGKILL");
  }

  /** Starts the engine of a node again, and waits until both nodes are ready. */
  async restart(node: NodeNumber): Promise<void> {
    this.#engines[node] = this.#startEngine(node);
    await this.#untilReady();
  }

  async #untilReady(): Promise<void> {
    const words = ["--host", this.hostOf(0), "node", "ls", "--format", "{{.Status}}"];
    const states = () => spawnSync("docker", words).stdout.toString();
    await until(() => states().match(/^Ready/gm)?.length === 2, "both nodes are ready", STATE_BOUND_MS);
  }

  /** Has the kernel drop every packet of a node's link: its engine and containers live on, and no one gets an error. */
  silence(node: NodeNumber): void {
    const link = `v${this.#tag}${node}`;
    const chain = (hook: string, direction: string) =>
      `chain ${hook} { type filter hook ${hook} priority 0; ${direction} ${link} drop; }`;
    const rules = `table inet silence { ${chain("input", "iifname")}; ${chain("output", "oifname")}; }`;
    run("nsenter", `--net=/run/netns/${this.nameOf(node)}`, "nft", rules);
  }

  /** Lets packets pass again, and waits until both nodes are ready. */
  async unsilence(node: NodeNumber): Promise<void> {
    run("nsenter", `--net=/run/netns/${this.nameOf(node)}`, "nft", "delete", "table", "inet", "silence");
    await this.#untilReady();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const engine of this.#engines) await end(engine, "SIGTERM");
    // What outlives a killed engine: containerd, the shims, and the containers, which use the network of their node.
    for (const node of NODES) for (const pid of pidsIn(this.nameOf(node))) kill(pid);
    for (const mount of this.#mounts) spawnSync("umount", ["--lazy", mount]);
    for (const node of NODES) spawnSync("ip", ["netns", "del", this.nameOf(node)]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #startEngine(node: NodeNumber): ChildProcess {
    const folder = join(this.#folder, String(node));
    mkdirSync(folder, { recursive: true });
    const config = join(folder, "daemon.json");
    writeFileSync(config, "{}");
    const state = ["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec")];
    const network = ["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-masq=false"];
    const names = ["--containerd-namespace", this.nameOf(node)];
    const plugins = ["--containerd-plugins-namespace", `${this.nameOf(node)}-p`];
    const hosts = ["--host", this.hostOf(node), "--host", this.remoteHostOf(node), "--tls=false"];
    const where = [...hosts, "--pidfile", join(folder, "pid"), "--config-file", config];
    const engine = ["dockerd", ...state, ...network, ...names, ...plugins, ...where].join(" ");
    // Not `ip netns exec`, which hides the mounts of control groups from the engine.
    const inside = ["unshare", "--uts", "sh", "-c", `hostname ${this.nameOf(node)} && exec ${engine}`];
    return spawn("nsenter", [`--net=/run/netns/${this.nameOf(node)}`, ...inside], { stdio: "ignore" });
  }

  get #mounts(): string[] {
    return readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[1] ?? "")
      .filter((path) => path.startsWith(this.#folder))
      .reverse();
  }
}

/** Defines a suite that needs an engine to take images from, and the means to start two others. */
export function describeTwoEngines(title: string, body: () => void): void {
  const { missing } = TwoNodeSwarm;
  if (missing && process.env.REQUIRE_ENGINE !== "1") describe.skip(`${title} [skipped: ${missing}]`, body);
  else describeContainers(title, body, { hasOwnEngines: true });
}

/** Address of a node on the link between them. */
function addressOf(node: NodeNumber): string {
  return `10.77.0.${node + 1}`;
}

function run(...words: string[]): void {
  const [program = "", ...args] = words;
  execFileSync(program, args, { stdio: "pipe" });
}

async function end(engine: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!engine || engine.exitCode !== null || engine.signalCode !== null) return;
  const ended = once(engine, "exit");
  engine.kill(signal);
  await ended;
}

/** Returns the processes in a network namespace. */
function pidsIn(namespace: string): number[] {
  const { stdout } = spawnSync("ip", ["netns", "pids", namespace]);
  return stdout.toString().split("\n").filter(Boolean).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
