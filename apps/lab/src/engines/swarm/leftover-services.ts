import type Docker from "dockerode";
import { ask } from "../docker/ask.ts";
import { isOrphan, RUN_LABEL } from "../docker/labels.ts";

/** Removes the services of labs of this machine that have ended; those of running labs and of other machines stay. */
export async function removeLeftovers(docker: Docker): Promise<void> {
  const services = await list(docker, RUN_LABEL);
  await remove(
    docker,
    services.filter(({ Spec }) => isOrphan(Spec?.Labels ?? {})),
  );
}

/** Removes all services of a run. @throws EngineTrouble when the engine does not answer */
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
