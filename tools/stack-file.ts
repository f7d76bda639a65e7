// Prints a stack file for `docker stack deploy` with the facts of compose.yaml:
//
//   HOST=10.0.0.1 npm run --silent stack -- server-epoll client | docker stack deploy --compose-file - lab
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { prepareSurroundings } from "@c10k-lab/cli";

/** A service as `docker compose config` resolves it. */
export interface ComposeService {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
  readonly read_only: boolean;
  readonly cap_add: readonly string[];
  readonly cap_drop: readonly string[];
  readonly logging: object;
  readonly mem_limit: string;
  readonly pids_limit: number;
  readonly stop_grace_period?: string;
  readonly security_opt?: readonly string[];
}

/**
 * Returns the stack of the named services. A swarm has no folder that all nodes share: results stay in a volume of each
 * node.
 */
export function stackOf(services: Readonly<Record<string, ComposeService>>): object {
  return {
    version: "3.9",
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]) => [name, stackService(name, service)]),
    ),
    networks: { host: { external: true, name: "host" } },
    volumes: { results: {} },
  };
}

function stackService(name: string, service: ComposeService): object {
  const { image, environment, user, read_only, cap_add, cap_drop, logging, stop_grace_period } = service;
  return {
    ...{ image, environment, user, read_only, cap_add, cap_drop, logging },
    ...(stop_grace_period === undefined ? {} : { stop_grace_period }),
    networks: ["host"],
    volumes: ["results:/results"],
    deploy: {
      // A server listens on the address of the manager; clients go wherever the swarm has room.
      placement: { constraints: name === "client" ? [] : ["node.role==manager"] },
      restart_policy: { condition: "none" },
      resources: { limits: { memory: service.mem_limit, pids: service.pids_limit } },
    },
  };
}

/** Reads services of compose.yaml with all variables resolved. @throws Error when compose refuses */
export function readServices(names: readonly string[]): Record<string, ComposeService> {
  const config = execFileSync("docker", ["compose", "config", "--format", "json"], {
    cwd: join(import.meta.dirname, ".."),
  });
  const { services } = JSON.parse(config.toString()) as { services: Record<string, ComposeService> };
  return Object.fromEntries(
    names.map((name) => {
      const service = services[name];
      if (service === undefined) throw new Error(`compose.yaml has no service ${name}`);
      return [name, service];
    }),
  );
}

if (import.meta.main) {
  prepareSurroundings("stack");
  const names = process.argv.slice(2);
  if (names.length === 0 || names.some((name) => name.startsWith("-"))) {
    process.stderr.write("usage: HOST=10.0.0.1 npm run --silent stack -- server-epoll client > stack.yaml\n");
    process.exit(2);
  }
  try {
    process.stdout.write(`${JSON.stringify(stackOf(readServices(names)), null, 2)}\n`);
  } catch (error) {
    process.stderr.write(`stack: ${(error as Error).message.trim().split("\n").at(-1)}\n`);
    process.exit(1);
  }
}
