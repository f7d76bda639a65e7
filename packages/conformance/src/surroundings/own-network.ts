import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { TestProgram } from "@c10k-lab/process/testing";
import type { ServerProcess } from "../harness/server-process.ts";

/** Settings in /proc/sys/net, by path. */
type Settings = Readonly<Record<string, number>>;

/** Returns the command that runs a server in a network namespace of its own, with these settings. It takes root. */
export function inOwnNetwork(settings: Settings): string[] {
  const writes = Object.entries(settings).map(([path, value]) => `echo ${value} >/proc/sys/net/${path}`);
  const script = ["ip link set lo up", ...writes, 'exec "$@"'].join(" && ");
  return ["unshare", "--net", "sh", "-c", script, "sh"];
}

/** Starts a module of Node or a Perl program in the network of a server, with the server's port as its first argument. */
export function startBeside(server: ServerProcess, program: URL, ...args: string[]): TestProgram {
  const path = fileURLToPath(program);
  const interpreter = path.endsWith(".pl") ? "perl" : process.execPath;
  const command = [interpreter, path, String(server.port), ...args];
  return new TestProgram({ program: "nsenter", args: [...enter(server), ...command] });
}

/** Runs ip(8) or tc(8) in the network of a server. */
export function configure(server: ServerProcess, command: string): void {
  execFileSync("nsenter", [...enter(server), ...command.split(" ")], { stdio: "pipe" });
}

function enter({ pid }: ServerProcess): string[] {
  return ["-t", String(pid), "-n"];
}

/** Returns a counter of TCP in the server's network namespace, by its name in /proc/net/snmp or /proc/net/netstat. */
export function readTcpCounter({ pid }: ServerProcess, name: string): number {
  const text = ["snmp", "netstat"].map((file) => readFileSync(`/proc/${pid}/net/${file}`, "utf8")).join("");
  for (const group of ["Tcp:", "TcpExt:"]) {
    const [names = [], values = []] = text
      .split("\n")
      .filter((line) => line.startsWith(`${group} `))
      .map((line) => line.split(" "));
    if (names.includes(name)) return Number(values[names.indexOf(name)]);
  }
  throw new Error(`the kernel does not count ${name}`);
}
