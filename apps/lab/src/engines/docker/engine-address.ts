import http from "node:http";
import https from "node:https";
import { within } from "@c10k-lab/process";
import Docker from "dockerode";
import { EngineTrouble } from "../engine.ts";
import { SshTunnel } from "./ssh-tunnel.ts";

/** A sign of life takes milliseconds. */
const LIFE_MS = 10_000;
/** To the engine of DOCKER_HOST, where its address is ssh://. */
let tunnel: SshTunnel | undefined;

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

/** Ends the requests that an engine has left without an answer: each would keep this process alive. */
export function dropRequests(): void {
  for (const { globalAgent } of [http, https]) globalAgent.destroy();
  tunnel?.close();
  tunnel = undefined;
}
