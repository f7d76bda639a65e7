import http from "node:http";
import https from "node:https";
import { userInfo } from "node:os";
import { within } from "@c10k-lab/process";
import type Docker from "dockerode";
import { EngineTrouble } from "../engine.ts";

/** A sign of life takes milliseconds. */
const LIFE_MS = 10_000;

/** Returns the address at which the engine is asked. */
export function engineAddress(): string {
  return process.env.DOCKER_HOST ?? "/var/run/docker.sock";
}

/** Names the user in DOCKER_HOST=ssh://alpha, as ssh(1) would: dockerode sends an empty name. */
export function nameSshUser(): void {
  const [, host] = /^ssh:\/\/([^@]+)$/.exec(process.env.DOCKER_HOST ?? "") ?? [];
  if (host !== undefined) process.env.DOCKER_HOST = `ssh://${userInfo().username}@${host}`;
}

/** Asks an engine for a sign of life. @throws EngineTrouble when none comes */
export async function assertAnswers(docker: Docker): Promise<void> {
  try {
    await within(LIFE_MS, docker.ping(), () => "no answer");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const address = engineAddress();
    if (code === "EACCES") throw new EngineTrouble({ trouble: "no-permission", address });
    throw new EngineTrouble({ trouble: "no-engine", address, error: code ?? message });
  }
}

/** Ends the requests that an engine has left without an answer: each would keep this process alive. */
export function dropRequests(): void {
  for (const { globalAgent } of [http, https]) globalAgent.destroy();
}
