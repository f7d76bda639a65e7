import type Docker from "dockerode";
import { ask } from "../docker/ask.ts";
import { isOrphan, originLabels } from "../docker/origin.ts";

/** Label of every container: the id of its run. Not that of `--engine docker`: a lab there would remove them. */
const RUN_LABEL = "c10k-lab.remote-run";

export function labelsOf(run: string): Record<string, string> {
  // The project label is the image's; with it `docker compose down` there would remove the container.
  return { [RUN_LABEL]: run, ...originLabels(), "com.docker.compose.project": "" };
}

/** Returns the filter of a run's containers: `name=value`. */
export function runFilter(run: string): string {
  return `${RUN_LABEL}=${run}`;
}

/** Removes the containers of labs of this machine that have ended; those of running labs and of other machines stay. */
export async function removeLeftovers(docker: Docker): Promise<void> {
  const containers = await list(docker, RUN_LABEL);
  await remove(
    docker,
    containers.filter(({ Labels }) => isOrphan(Labels)),
  );
}

export async function removeRun(docker: Docker, run: string): Promise<void> {
  await remove(docker, await list(docker, runFilter(run)));
}

function list(docker: Docker, label: string): Promise<Docker.ContainerInfo[]> {
  return ask("list containers", docker.listContainers({ all: true, filters: { label: [label] } }));
}

async function remove(docker: Docker, containers: readonly Docker.ContainerInfo[]): Promise<void> {
  // A failure means that the container is gone or is being removed.
  const removals = containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true }));
  await Promise.allSettled(removals);
}
