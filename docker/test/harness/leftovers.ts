import { inject } from "vitest";
import { runtime } from "./runtime.ts";

const COMPOSE_PROJECT = "com.docker.compose.project";

/** Label of the containers that testcontainers start. */
export const RUN_LABEL = "c10k-lab.test";

/** Returns the name of a compose project of this run. */
export function projectName(name: string): string {
  return `${projectPrefix(inject("engine").run)}${name}`;
}

/** Returns the names of the containers that a run of the tests has not removed. */
export async function listLeftovers(run = inject("engine").run): Promise<string[]> {
  return (await containersOf(run)).map(({ Names, Id }) => Names[0] ?? Id);
}

/** Removes the containers of a run, running or not. */
export async function removeLeftovers(run: string): Promise<void> {
  const { container } = await runtime();
  for (const { Id } of await containersOf(run)) await container.getById(Id).remove({ force: true, v: true });
}

async function containersOf(run: string) {
  const { container } = await runtime();
  const all = await container.dockerode.listContainers({ all: true });
  return all.filter(
    ({ Labels }) => Labels[RUN_LABEL] === run || Labels[COMPOSE_PROJECT]?.startsWith(projectPrefix(run)),
  );
}

function projectPrefix(run: string): string {
  return `c10k-lab-test-${run}-`;
}
