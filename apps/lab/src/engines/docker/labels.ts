import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { readProcessStat } from "@c10k-lab/process";
import type Docker from "dockerode";
import { ask } from "./ask.ts";

/** Label of what a lab starts on an engine: the id of its run. */
export const RUN_LABEL = "c10k-lab.run";
/** Label of the run for containers on another machine: a lab of that machine would take those with RUN_LABEL for its own. */
export const REMOTE_RUN_LABEL = "c10k-lab.remote-run";
/** Labels of the lab's process, and of the machine that it runs on and its present start. */
const LAB_LABEL = "c10k-lab.lab";
const HOST_LABEL = "c10k-lab.host";
const BOOT_LABEL = "c10k-lab.boot";

type Labels = Readonly<Record<string, string>>;

/** Returns the labels of what a run starts. @param runLabel name of the label that holds the run */
export function labelsOf(run: string, runLabel = RUN_LABEL): Record<string, string> {
  return {
    [runLabel]: run,
    [LAB_LABEL]: identityOf(process.pid),
    [HOST_LABEL]: hostname(),
    [BOOT_LABEL]: bootId(),
    // A container inherits the labels of its image; with the project label `docker compose down` would remove it.
    "com.docker.compose.project": "",
  };
}

/** Returns whether the labels are those of a lab of this machine that has ended. */
export function isOrphan(labels: Labels): boolean {
  if (labels[HOST_LABEL] !== hostname()) return false;
  return labels[BOOT_LABEL] !== bootId() || !isRunning(labels[LAB_LABEL] ?? "");
}

/** Removes the containers of labs of this machine that have ended; those of running labs and of other machines stay. */
export async function removeLeftovers(docker: Docker, runLabel = RUN_LABEL): Promise<void> {
  await removeContainers(docker, runLabel, isOrphan);
}

/** Removes all containers of a run. @throws EngineTrouble when the engine does not answer */
export async function removeRun(docker: Docker, run: string, runLabel = RUN_LABEL): Promise<void> {
  await removeContainers(docker, `${runLabel}=${run}`);
}

/**
 * Removes containers.
 *
 * @param label that they have: `name` or `name=value`
 * @param isMeant which of them
 * @throws EngineTrouble when the engine does not answer
 */
async function removeContainers(
  docker: Docker,
  label: string,
  isMeant: (labels: Labels) => boolean = () => true,
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

/** Returns whether the process of an identity still runs. */
export function isRunning(identity: string): boolean {
  return identity !== "" && identityOf(Number(identity.split(".")[0])) === identity;
}

/** Identifies a process by its number and its start time, because numbers are reused; empty when there is none. */
export function identityOf(pid: number): string {
  const stat = readProcessStat(pid);
  return stat === null ? "" : `${pid}.${stat.startTicks}`;
}

/** Returns what tells this start of the machine from others. */
function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}
