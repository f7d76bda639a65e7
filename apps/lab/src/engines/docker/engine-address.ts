import { execFileSync } from "node:child_process";
import http from "node:http";
import https from "node:https";
import { UsageError } from "@c10k-lab/cli";
import { within } from "@c10k-lab/process";
import Docker from "dockerode";
import { EngineTrouble } from "../engine.ts";
import { SshTunnel } from "./ssh-tunnel.ts";

/** A sign of life takes milliseconds. */
const LIFE_MS = 10_000;
/** Tunnel to the engine of DOCKER_HOST, where its address is ssh://. */
let tunnel: SshTunnel | undefined;

const CONTEXT = ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"];
const DEFAULT_ENGINE = "unix:///var/run/docker.sock";

/**
 * Names the engine of the present context of docker(1) in DOCKER_HOST: dockerode knows no contexts, and would measure with
 * the default engine, whatever 'docker context use' says.
 *
 * @throws UsageError as `readContext`
 */
export function nameEngine(): void {
  const context = process.env.DOCKER_HOST === undefined ? readContext() : DEFAULT_ENGINE;
  if (context !== DEFAULT_ENGINE) process.env.DOCKER_HOST = context;
}

/**
 * Returns the engine's address of the context that docker(1) would use.
 *
 * @throws UsageError when docker(1) does not know the context
 */
export function readContext(): string {
  try {
    const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
    return execFileSync("docker", CONTEXT, { encoding: "utf8", stdio }).trim() || DEFAULT_ENGINE;
  } catch (error) {
    const { code, stderr = "" } = error as { code?: string; stderr?: string };
    if (code !== undefined) return DEFAULT_ENGINE; // No docker(1), so no contexts.
    throw new UsageError(stderr.trim().split("\n")[0] || "docker context inspect failed");
  }
}

/** Returns the address at which the engine is asked. */
export function engineAddress(): string {
  return process.env.DOCKER_HOST ?? "/var/run/docker.sock";
}

/** Opens the engine of DOCKER_HOST. dockerode reads all other kinds of addresses itself. */
export function openEngine(): Docker {
  const address = engineAddress();
  if (!address.startsWith("ssh://")) return new Docker();
  tunnel ??= new SshTunnel(address);
  const here = { socketPath: tunnel.path, protocol: "http" as const };
  return new Docker({ ...here, host: undefined, port: undefined });
}

/** Asks an engine for a sign of life. @throws EngineTrouble when none comes */
export async function assertAnswers(docker: Docker): Promise<void> {
  try {
    await within(LIFE_MS, docker.ping(), () => "no answer");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const address = engineAddress();
    if (code === "EACCES") throw new EngineTrouble({ trouble: "no-permission", address });
    throw new EngineTrouble({ trouble: "no-engine", address, error: tunnel?.lastError || (code ?? message) });
  }
}

/**
 * Ends the work with an engine: removes what a run has started, and drops open requests.
 *
 * @param watch undefined where the run has started nothing
 */
export async function leaveEngine(
  watch: { readonly isLost: boolean; stop(): void } | undefined,
  remove: () => Promise<void>,
): Promise<void> {
  const isLost = watch?.isLost ?? true;
  watch?.stop();
  // What an engine that fails now keeps is removed by the next lab.
  if (!isLost) await remove().catch(() => {});
  dropRequests();
}

/** Ends the requests that an engine has left without an answer: each would keep this process alive. */
function dropRequests(): void {
  for (const { globalAgent } of [http, https]) globalAgent.destroy();
  tunnel?.close();
  tunnel = undefined;
}
