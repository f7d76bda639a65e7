import type { Trouble } from "@c10k-lab/protocol";
import { listed } from "../phrases/numbers.ts";

type Sentences = {
  readonly [K in Trouble["trouble"]]: (trouble: Extract<Trouble, { trouble: K }>) => string;
};

const SENTENCES: Sentences = {
  "no-engine": ({ address, error }) =>
    `No Docker engine answers at ${address} (${error}): start it, set DOCKER_HOST, or use --engine process.`,
  "engine-elsewhere": ({ address }) =>
    `The Docker engine at ${address} is not on this machine's network, so the lab cannot reach its servers: use the engine of this machine, or --engine remote.`,
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
  "no-swarm": ({ address }) =>
    `The Docker engine at ${address} is in no swarm: 'docker swarm init' makes one, 'docker swarm join' adds nodes.`,
  "not-manager": ({ address }) =>
    `The Docker engine at ${address} is a worker of its swarm: set DOCKER_HOST to a manager.`,
  "too-few-nodes": ({ side, wanted, ready }) =>
    `No node for the ${side}${wanted === null ? "" : ` meets '${wanted}'`}: ready are ${listed(ready)}. ${REMEDIES[side]}`,
  "image-not-on-node": ({ image, node }) =>
    `The node ${node} lacks the image ${image} that this engine has: 'docker save ${image} | ssh ${node} docker load' copies it.`,
  "node-silent": ({ node, address, answer }) =>
    `The node ${node} does not answer at ${address} (${answer}): --server-address names an address that lab and clients reach.`,
  "clocks-apart": ({ node, reference, offsetMs, errorMs, limitMs }) =>
    `The clock of ${node} is ${Math.abs(offsetMs).toFixed(1)} ms (± ${errorMs.toFixed(1)}) ${offsetMs < 0 ? "behind" : "ahead of"} that of ${reference}, and clients begin at one instant: ${limitMs} ms is the most; set it by NTP.`,
  "task-not-started": ({ process, state, answer }) =>
    `The swarm did not start the ${process}: its task is ${state}${answer && ` (${answer})`}.`,
  "option-refused": ({ process, answer }) => `The ${process} did not accept an option of the plan: ${answer}`,
};

const REMEDIES: Readonly<Record<"server" | "clients", string>> = {
  server: "--server-node names one.",
  clients: "--client-nodes names some; it may name the server's.",
};

/** Returns the sentence that tells why an experiment could not go on, with its remedy. */
export function describeTrouble<K extends Trouble["trouble"]>(
  trouble: Extract<Trouble, { trouble: K }>,
): string {
  return SENTENCES[trouble.trouble as K](trouble);
}
