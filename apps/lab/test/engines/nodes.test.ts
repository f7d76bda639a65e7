import type Docker from "dockerode";
import { expect, test } from "vitest";
import { EngineTrouble } from "../../src/engines/engine.ts";
import { chooseNodes, type NodeChoice } from "../../src/engines/swarm/nodes.ts";

const ALL = [
  node("a", { manager: "10.0.0.1:2377", address: "0.0.0.0" }),
  node("b", { labels: { load: "yes" } }),
  node("c", { labels: { load: "yes" }, availability: "drain" }),
  node("d", { labels: { load: "no" } }),
  node("e", { state: "down" }),
];
const NONE: NodeChoice = { server: undefined, clients: undefined, address: undefined };

test("without a request the server is on the manager that is asked, and the clients on all other nodes that are ready", async () => {
  expect(await choose(NONE)).toEqual({ server: "a 10.0.0.1", clients: ["b 10.0.0.66", "d 10.0.0.66"] });
});

test.each<[string, Partial<NodeChoice>, string[]]>([
  ["names", { clients: "d, b" }, ["b", "d"]],
  ["an id", { clients: "id-d" }, ["d"]],
  ["the server's own node", { clients: "a" }, ["a"]],
  ["a label", { clients: "node.labels.load==yes" }, ["b"]],
  ["a label that is not", { clients: "node.labels.load!=yes" }, ["a", "d"]],
  ["two constraints, which must both hold", { clients: "node.role==worker, node.labels.load!=yes" }, ["d"]],
])("clients are chosen by %s", async (_, choice, names) => {
  const { clients } = await choose({ ...NONE, ...choice });
  expect(clients.map((client) => client.split(" ")[0])).toEqual(names);
});

test.each<[Partial<NodeChoice>, object]>([
  [{ clients: "c" }, { side: "clients", wanted: "c", ready: ["a", "b", "d"] }],
  [{ clients: "node.nonsense==yes" }, { side: "clients", wanted: "node.nonsense==yes" }],
  [{ server: "e" }, { side: "server", wanted: "e" }],
])("%j finds no node", async (choice, trouble) => {
  const refusal = await choose({ ...NONE, ...choice }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(EngineTrouble);
  expect((refusal as EngineTrouble).fact).toMatchObject({ trouble: "too-few-nodes", ...trouble });
});

async function choose(choice: NodeChoice) {
  const docker = { listNodes: async () => ALL } as unknown as Docker;
  const { server, clients } = await chooseNodes(docker, choice, "id-a");
  const text = ({ name, address }: typeof server) => `${name} ${address}`;
  return { server: text(server), clients: clients.map(text) };
}

function node(
  name: string,
  {
    manager,
    address = "10.0.0.66",
    labels = {},
    availability = "active",
    state = "ready",
  }: {
    manager?: string;
    address?: string;
    labels?: Record<string, string>;
    availability?: string;
    state?: string;
  },
) {
  return {
    ID: `id-${name}`,
    Spec: { Role: manager ? "manager" : "worker", Availability: availability, Labels: labels },
    Description: { Hostname: name },
    Status: { State: state, Addr: address },
    ...(manager ? { ManagerStatus: { Addr: manager } } : {}),
  };
}
