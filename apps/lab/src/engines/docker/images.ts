import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type Docker from "dockerode";
import { type App, nameOf } from "../apps.ts";
import { EngineTrouble } from "../engine.ts";
import { ask } from "./ask.ts";

const ROOT = fileURLToPath(new URL("../../../../../", import.meta.url));

export function imageOf(app: App): string {
  return `c10k-lab/${nameOf(app)}`;
}

/**
 * Checks that the images of the apps exist.
 *
 * @param build whether to build them first as compose.yaml says; unchanged ones come from the cache
 * @returns image ids by app
 * @throws EngineTrouble
 */
export async function ensureImages(
  docker: Docker,
  apps: readonly App[],
  build: boolean,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  if (build) await buildImages(apps.map(nameOf), signal);
  const ids: Record<string, string> = {};
  // One by one, so that the error always names the same one of several missing images.
  for (const app of apps) ids[nameOf(app)] = await idOf(docker, imageOf(app), nameOf(app));
  return ids;
}

async function buildImages(services: readonly string[], signal: AbortSignal): Promise<void> {
  const args = ["compose", "build", ...services];
  process.stderr.write(`lab: building what has changed of the images ${services.join(", ")}\n`);
  const child = spawn("docker", args, { cwd: ROOT, signal, stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    output = (output + chunk).slice(-4000);
  });
  const [code] = await once(child, "close").catch((error: Error) => [error.message]);
  if (code === 0) return;
  const answer = explainBuildFailure(output, String(code));
  throw new EngineTrouble({ trouble: "build-failed", command: `docker ${args.join(" ")}`, answer });
}

/**
 * Returns why images were not built: the last line of docker(1), or that its Compose plugin is missing.
 *
 * @param code exit code, or the message of spawn(3)
 */
export function explainBuildFailure(output: string, code: string): string {
  if (code.includes("ENOENT")) return "there is no docker in PATH";
  const lacksCompose =
    /unknown command: docker compose|'compose' is not a docker command|unknown shorthand flag/;
  if (lacksCompose.test(output)) return "docker has no Compose plugin: install docker-compose-plugin";
  return output.trim().split("\n").at(-1) || code;
}

/** Returns the ids of images that are not the lab's, by name. @throws EngineTrouble for one that is missing */
export async function findForeignImages(
  docker: Docker,
  images: readonly string[],
): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const image of images) ids[image] = await idOf(docker, image, null);
  return ids;
}

async function idOf(docker: Docker, image: string, service: string | null): Promise<string> {
  try {
    return (await ask("inspect an image", docker.getImage(image).inspect())).Id;
  } catch (error) {
    if (error instanceof EngineTrouble && error.fact.trouble === "engine-lost") throw error;
    throw new EngineTrouble({ trouble: "image-missing", image, service });
  }
}
