import { readOr } from "@c10k-lab/process";
import { type NodeSurvey, SurveyLine, type SwarmNode } from "@c10k-lab/protocol";
import { EngineTrouble, type Service } from "../engine.ts";
import { SYSCTLS } from "../sysctls.ts";
import type { ReadyNode } from "./nodes.ts";
import type { SwarmTask } from "./swarm-task.ts";

/** Clients begin at one instant: with clocks farther apart than this, the first would load the server alone. */
const CLOCKS_APART_MAX_MS = 50;
/** Time for one line of a task that runs. */
const LINE_MS = 30_000;

/** Starts docker/node-survey.mjs with these words on a node. */
type StartSurvey = (node: ReadyNode, words: readonly string[]) => Promise<SwarmTask>;

/**
 * Has each node describe itself, and compares the clocks of the clients' nodes with the clock of the server's.
 *
 * @throws EngineTrouble when a node cannot run it, does not reach the server's, or has another time
 */
export async function surveyNodes(
  server: ReadyNode,
  clients: readonly ReadyNode[],
  start: StartSurvey,
): Promise<SwarmNode[]> {
  const clock = await start(server, ["serve", server.address, "0", ...SYSCTLS]);
  try {
    const { port = 0, ...own } = await readSurvey(clock, server, server.address);
    const reference = nodeOf(server, "server", own);
    const askers = await Promise.all(
      clients.map(async (node) => {
        const task = await start(node, ["ask", server.address, String(port), ...SYSCTLS]);
        const survey = await readSurvey(task, server, server.address).finally(() => end(task));
        return nodeOf(node, "clients", survey);
      }),
    );
    for (const node of askers) assertClock(node, reference.name);
    return [reference, ...askers];
  } finally {
    await end(clock);
  }
}

/** Returns "worker-1 +0.4 ms (± 1.1)" for each clock. */
export function describeClocks(nodes: readonly SwarmNode[]): string {
  const all = nodes.flatMap(({ name, clock }) => (clock === null ? [] : [{ name, ...clock }]));
  return all
    .map(({ name, offsetMs, errorMs }) => {
      const sign = offsetMs < 0 ? "−" : "+";
      return `${name} ${sign}${Math.abs(offsetMs).toFixed(1)} ms (± ${errorMs.toFixed(1)})`;
    })
    .join(", ");
}

/** Reads the line of docker/node-survey.mjs. @throws EngineTrouble when the node does not reach the address */
export async function readSurvey(
  task: Pick<Service, "nextLine">,
  { name: node }: Pick<ReadyNode, "name">,
  address: string,
) {
  const line = await task.nextLine(LINE_MS);
  const { data } = SurveyLine.safeParse(readOr(null, () => JSON.parse(line ?? "")));
  if (data?.event === "surveyed") return data;
  const answer = data?.answer ?? "no answer";
  throw new EngineTrouble({ trouble: "node-silent", node, address, answer });
}

export function nodeOf(
  { name, address }: Omit<ReadyNode, "id">,
  side: SwarmNode["side"],
  { event, port, localAddress, offsetMs, errorMs, ...facts }: NodeSurvey,
): SwarmNode {
  const clock = offsetMs === undefined || errorMs === undefined ? null : { offsetMs, errorMs };
  return { name, side, address, ...facts, clock };
}

function assertClock({ name: node, clock }: SwarmNode, reference: string): void {
  if (clock === null || Math.abs(clock.offsetMs) <= CLOCKS_APART_MAX_MS) return;
  const limitMs = CLOCKS_APART_MAX_MS;
  throw new EngineTrouble({ trouble: "clocks-apart", node, reference, ...clock, limitMs });
}

/** Gives a survey up: it has nothing to hand over. */
export async function end(task: Pick<Service, "signal" | "exited">): Promise<void> {
  task.signal("SIGKILL");
  await task.exited;
}
