import type Docker from "dockerode";
import { ask } from "../docker/ask.ts";
import { EngineTrouble } from "../engine.ts";

/** Requests for nodes, as the command line has them. */
export interface NodeChoice {
  /** Name or id; undefined: the manager that the lab asks. */
  readonly server: string | undefined;
  /** Names or ids, separated by commas, or constraints such as `node.labels.load==yes`; undefined: all but the server's. */
  readonly clients: string | undefined;
  /** Address on which the server listens; undefined: the one that its node has in the swarm. */
  readonly address: string | undefined;
}

/** A node that takes tasks. */
export interface ReadyNode {
  readonly id: string;
  readonly name: string;
  readonly address: string;
}

interface ApiNode {
  readonly ID: string;
  readonly Spec: {
    readonly Role: string;
    readonly Availability: string;
    readonly Labels?: Readonly<Record<string, string>>;
  };
  readonly Description?: { readonly Hostname?: string };
  readonly Status: { readonly State: string; readonly Addr?: string };
  readonly ManagerStatus?: { readonly Addr?: string };
}

/** Finds the nodes of a run. @throws EngineTrouble when there are too few */
export async function chooseNodes(docker: Docker, choice: NodeChoice, self: string) {
  const all = ((await ask("list nodes", docker.listNodes())) as ApiNode[]).filter(isReady);
  const named = (node: ApiNode, name: string) => node.ID === name || node.Description?.Hostname === name;
  const refuse = (side: "server" | "clients", wanted: string | undefined) =>
    new EngineTrouble({
      trouble: "too-few-nodes",
      side,
      wanted: wanted ?? null,
      ready: all.map(({ ID, Description }) => Description?.Hostname ?? ID),
    });
  const server = all.find((node) => named(node, choice.server ?? self));
  if (server === undefined) throw refuse("server", choice.server);
  const clients = all.filter((node) => {
    if (choice.clients === undefined) return node !== server;
    const parts = choice.clients.split(",").map((part) => part.trim());
    return parts.some(isConstraint)
      ? parts.every((part) => meets(node, part))
      : parts.some((name) => named(node, name));
  });
  if (clients.length === 0) throw refuse("clients", choice.clients);
  const describe = (node: ApiNode): ReadyNode => describeNode(node, all);
  return { server: describe(server), clients: clients.map(describe) };
}

function isReady({ Spec, Status }: ApiNode): boolean {
  return Status.State === "ready" && Spec.Availability === "active";
}

function isConstraint(text: string): boolean {
  return /[!=]=/.test(text);
}

/** Returns whether a node meets `node.id`, `node.hostname`, `node.role` or `node.labels.NAME`, `==` or `!=` a value. */
function meets({ ID, Spec, Description }: ApiNode, constraint: string): boolean {
  const [, key = "", sign, value] = /^\s*([\w.-]+)\s*([!=]=)\s*(.*?)\s*$/.exec(constraint) ?? [];
  const label = /^node\.labels\.(.+)$/.exec(key)?.[1];
  const values: Readonly<Record<string, string | undefined>> = {
    "node.id": ID,
    "node.hostname": Description?.Hostname,
    "node.role": Spec.Role,
  };
  const actual = label === undefined ? values[key] : (Spec.Labels?.[label] ?? "");
  return actual !== undefined && (actual === value) === (sign === "==");
}

function describeNode(
  { ID, Description, Status, ManagerStatus }: ApiNode,
  all: readonly ApiNode[],
): ReadyNode {
  // A manager may list itself with 0.0.0.0; the managers know each other by their real addresses.
  const address = ManagerStatus?.Addr?.replace(/:\d+$/, "") ?? Status.Addr ?? "";
  const name = Description?.Hostname ?? ID;
  const isUnique = all.filter((node) => node.Description?.Hostname === name).length <= 1;
  return { id: ID, name: isUnique ? name : `${name}-${ID.slice(0, 5)}`, address };
}
