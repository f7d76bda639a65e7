import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type Docker from "dockerode";
import { ask } from "../docker/ask.ts";
import { identityOf, RUN_LABEL } from "../docker/labels.ts";

/** Labels of every service: the lab process that started it, and where that ran. */
const LAB_LABEL = "c10k-lab.lab";
const HOST_LABEL = "c10k-lab.host";
const BOOT_LABEL = "c10k-lab.boot";

export function labelsOf(run: string): Record<string, string> {
  return {
    [RUN_LABEL]: run,
    [LAB_LABEL]: identityOf(process.pid),
    [HOST_LABEL]: hostname(),
    [BOOT_LABEL]: bootId(),
  };
}

/** Removes the services of labs of this machine that have ended; those of running labs and of other machines stay. */
export async function removeLeftovers(docker: Docker): Promise<void> {
  const services = await list(docker, RUN_LABEL);
  await remove(
    docker,
    services.filter(({ Spec }) => isOrphan(Spec?.Labels ?? {})),
  );
}

export async function removeRun(docker: Docker, run: string): Promise<void> {
  await remove(docker, await list(docker, `${RUN_LABEL}=${run}`));
}

function list(docker: Docker, label: string): Promise<Docker.Service[]> {
  return ask("list services", docker.listServices({ filters: { label: [label] } }));
}

async function remove(docker: Docker, services: readonly Docker.Service[]): Promise<void> {
  // A failure means that the service is gone.
  await Promise.all(
    services.map(({ ID }) =>
      docker
        .getService(ID)
        .remove()
        .catch(() => {}),
    ),
  );
}

function isOrphan(labels: Readonly<Record<string, string>>): boolean {
  if (labels[HOST_LABEL] !== hostname()) return false;
  const lab = labels[LAB_LABEL] ?? "";
  return labels[BOOT_LABEL] !== bootId() || identityOf(Number(lab.split(".")[0])) !== lab;
}

/** Returns what tells this start of the machine from others. */
function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}
