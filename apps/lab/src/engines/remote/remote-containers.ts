import type Docker from "dockerode";
import { removeContainers } from "../docker/labels.ts";
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
  await removeContainers(docker, RUN_LABEL, isOrphan);
}

export async function removeRun(docker: Docker, run: string): Promise<void> {
  await removeContainers(docker, runFilter(run));
}
