import type { Trouble } from "@c10k-lab/protocol";

type Sentences = {
  readonly [K in Trouble["trouble"]]: (trouble: Extract<Trouble, { trouble: K }>) => string;
};

const SENTENCES: Sentences = {
  "no-engine": ({ address, error }) =>
    `No Docker engine answers at ${address} (${error}): start it, set DOCKER_HOST, or use --engine process.`,
  "no-permission": ({ address }) =>
    `This user may not use the Docker engine at ${address}: join the group docker, or use --engine process.`,
  "image-missing": ({ image, service }) =>
    service === null
      ? `The image ${image} is missing: build it, or get it with 'docker pull ${image}'.`
      : `The image ${image} is missing: 'docker compose build ${service}' builds it.`,
  "build-failed": ({ command, answer }) =>
    `The images could not be built: '${command}' ends with "${answer}". Use --no-build to take them as they are.`,
  "engine-refused": ({ request, answer }) => `The Docker engine refused a request (${request}): ${answer}.`,
  "engine-lost": ({ request, cell }) =>
    `The Docker engine stopped answering${cell === null ? "" : ` while ${cell} ran`}${request === null ? "" : ` (request: ${request})`}.`,
  "option-refused": ({ process, answer }) => `The ${process} did not accept an option of the plan: ${answer}`,
};

/** Returns the sentence that tells why an experiment could not go on, with its remedy. */
export function describeTrouble<K extends Trouble["trouble"]>(
  trouble: Extract<Trouble, { trouble: K }>,
): string {
  return SENTENCES[trouble.trouble as K](trouble);
}
