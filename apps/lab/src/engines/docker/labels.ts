import { readProcessStat } from "@c10k-lab/process";
import type Docker from "dockerode";
import { ask } from "./ask.ts";

/** Label of every container: the id of its run. */
export const RUN_LABEL = "c10k-lab.run";
/** Label of every container: the lab process that started it. */
const LAB_LABEL = "c10k-lab.lab";

export function labelsOf(run: string): Record<string, string> {
  return {
    [RUN_LABEL]: run,
    [LAB_LABEL]: identityOf(process.pid),
    // A container inherits the labels of its image; with the project label `docker compose down` would remove it.
    "com.docker.compose.project": "",
  };
}

/** Removes the containers of labs that have ended; those of running labs stay. */
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
  await ask(
    "remove containers",
    Promise.all(
      containers.map(({ Id }) =>
        docker
          .getContainer(Id)
          .remove({ force: true, v: true })
          // A failure means that the container is gone or is being removed.
          .catch(() => {}),
      ),
    ),
  );
}

function isAlive(identity: string): boolean {
  return identity !== "" && identityOf(Number(identity.split(".")[0])) === identity;
}

/** Identifies a process by its number and its start time, because numbers are reused; empty when there is none. */
export function identityOf(pid: number): string {
  const stat = readProcessStat(pid);
  return stat === null ? "" : `${pid}.${stat.startTicks}`;
}
