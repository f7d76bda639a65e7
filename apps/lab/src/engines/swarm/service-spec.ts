import type Docker from "dockerode";

/** Mount point of the results in a task: memory of its node, handed over at the end. */
export const RESULTS = "/results";
/** Time between SIGTERM and SIGKILL: a server drains, and both hand over their results. */
const GRACE_MS = 60_000;
const NS_PER_MS = 1e6;

/** A program to run on one node of a swarm. */
export interface TaskRequest {
  readonly name: string;
  /** Id of the image, so that every node runs the same one, and none asks a registry. */
  readonly image: string;
  /** Program in place of the image's own. */
  readonly program?: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly string[];
  /** Id of the node. */
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
  readonly pids: number;
}

/** Returns the service of one task: on the network of its node, confined as compose.yaml does, never restarted. */
export function specOf(request: TaskRequest): Docker.CreateServiceOptions {
  const { name, image, program, args, env, node, labels, memoryBytes, pids } = request;
  const container = {
    Image: image,
    ...(program ? { Command: [...program] } : {}),
    Args: [...args],
    Env: [...env],
    ReadOnly: true,
    CapabilityDrop: ["ALL"],
    StopGracePeriod: GRACE_MS * NS_PER_MS,
    // A tmpfs belongs to root; every user may write to it, as to /tmp.
    Mounts: [{ Type: "tmpfs" as const, Target: RESULTS, TmpfsOptions: { Mode: 0o1777 } }],
  };
  return {
    Name: name,
    Labels: { ...labels },
    TaskTemplate: {
      ContainerSpec: container as Docker.ContainerSpec,
      Networks: [{ Target: "host" }],
      Placement: { Constraints: [`node.id==${node}`] },
      RestartPolicy: { Condition: "none" },
      // The limit of descriptors is the engine's; Node raises the soft limit to it.
      Resources: { Limits: { MemoryBytes: memoryBytes, Pids: pids } as Docker.ResourceLimits },
      // Results pass through the log: an engine whose default cuts it off, or sends it elsewhere, would lose them.
      LogDriver: { Name: "json-file", Options: { "max-size": "1g" } },
    },
    // No job: Docker 20.10 does not stop the tasks of a job whose service is removed.
    Mode: { Replicated: { Replicas: 1 } },
  };
}

/** Returns the same service without a task: the swarm sends SIGTERM to the one that runs. */
export function stoppedSpecOf(request: TaskRequest): Docker.CreateServiceOptions {
  return { ...specOf(request), Mode: { Replicated: { Replicas: 0 } } };
}

/** Returns the command that starts the same service by hand. */
export function commandWords(
  { program, args, node, memoryBytes, pids }: TaskRequest,
  image: string,
): string[] {
  const where = ["--network", "host", "--constraint", `node.id==${node}`, "--restart-condition", "none"];
  const limits = ["--limit-memory", String(memoryBytes), "--limit-pids", String(pids)];
  const results = ["--mount", `type=tmpfs,destination=${RESULTS}`];
  const entry = program ? ["--entrypoint", program.join(" ")] : [];
  const all = [...where, ...limits, ...results, ...entry, "--no-resolve-image", image, ...args];
  return ["docker", "service", "create", ...all];
}
