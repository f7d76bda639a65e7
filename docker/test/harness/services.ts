import { execFileSync } from "node:child_process";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../../..");

export const SERVER_SERVICES = [
  "server-threaded",
  "server-select",
  "server-poll",
  "server-epoll",
  "server-uring",
] as const;
export type ServiceName = (typeof SERVER_SERVICES)[number] | "client";

/** A service of compose.yaml with all variables resolved. */
export interface Service {
  readonly image: string;
  readonly user: string;
  readonly network_mode: string;
  readonly read_only: boolean;
  readonly cap_add: string[];
  readonly cap_drop: string[];
  readonly security_opt: string[];
  readonly pids_limit: number;
  readonly mem_limit: string;
  readonly environment: Record<string, string>;
}

let services: Record<ServiceName, Service> | undefined;

/** Reads the definition of a service from compose.yaml, so that tests confine containers as a user does. */
export function service(name: ServiceName): Service {
  services ??= JSON.parse(
    execFileSync("docker", ["compose", "config", "--format", "json"], {
      cwd: ROOT,
    }).toString(),
  ).services as Record<ServiceName, Service>;
  return services[name];
}
