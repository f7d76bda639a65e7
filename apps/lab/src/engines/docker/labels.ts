import { readFileSync } from "node:fs";
import type Docker from "dockerode";
import { ask } from "./ask.ts";

/** On every container of ours: which run it belongs to. */
export const RUN_LABEL = "c10k-lab.run";
/** On every container of ours: the lab process that looks after it. */
const LAB_LABEL = "c10k-lab.lab";

export function labelsOf(run: string): Record<string, string> {
  return {
    [RUN_LABEL]: run,
    [LAB_LABEL]: identityOf(process.pid),
    // Compose labels the images it builds; a container that inherits that would go with the next `docker compose down`.
    "com.docker.compose.project": "",
  };
}

/** Removes what labs left behind that are no more; other labs' containers stay. */
export async function removeLeftovers(docker: Docker): Promise<void> {
  const containers = await list(docker, RUN_LABEL);
  const orphans = containers.filter(({ Labels }) => !isAlive(Labels[LAB_LABEL] ?? ""));
  await remove(docker, orphans);
}

export async function removeRun(docker: Docker, run: string): Promise<void> {
  await remove(docker, await list(docker, `${RUN_LABEL}=${run}`));
}

function list(docker: Docker, label: string): Promise<Docker.ContainerInfo[]> {
  return ask("list containers", docker.listContainers({ all: true, filters: { label: [label] } }));
}

async function remove(docker: Docker, containers: readonly Docker.ContainerInfo[]): Promise<void> {
  await Promise.all(
    containers.map(({ Id }) =>
      docker
        .getContainer(Id)
        .remove({ force: true, v: true })
        // Gone already, or being removed by itself.
        .catch(() => {}),
    ),
  );
}

function isAlive(identity: string): boolean {
  return identity !== "" && identityOf(Number(identity.split(".")[0])) === identity;
}

/** A process number and when it started, because numbers are used again: field 22 of /proc/PID/stat, see proc(5). */
function identityOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return `${pid}.${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return "";
  }
}
