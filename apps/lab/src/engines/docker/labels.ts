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
  await removeContainers(docker, RUN_LABEL, (labels) => !isAlive(labels[LAB_LABEL] ?? ""));
}

export async function removeRun(docker: Docker, run: string): Promise<void> {
  await removeContainers(docker, `${RUN_LABEL}=${run}`);
}

/**
 * Removes containers.
 *
 * @param label that they have: `name` or `name=value`
 * @param isMeant which of them
 * @throws EngineTrouble when the engine does not answer
 */
export async function removeContainers(
  docker: Docker,
  label: string,
  isMeant: (labels: Readonly<Record<string, string>>) => boolean = () => true,
): Promise<void> {
  const options = { all: true, filters: { label: [label] } };
  const containers = await ask("list containers", docker.listContainers(options));
  const meant = containers.filter(({ Labels }) => isMeant(Labels));
  await ask(
    "remove containers",
    Promise.all(
      meant.map(({ Id }) =>
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
