import { type Given, kebab } from "@c10k-lab/cli";
import type { Axis } from "@c10k-lab/protocol";
import { findContract } from "../contracts.ts";
import type { ForeignServer } from "../foreign/foreign-server.ts";
import { type GivenServer, readForeign } from "../foreign/read-foreign.ts";
import type { Keys, PlanNode } from "./plan-node.ts";

/** Settings of a foreign server that are one plain value; `kebab` makes the keys of a plan of them. */
const PLAIN = [
  ...["image", "target", "cwd", "stop", "optional"],
  ...["processLimit", "memoryLimitBytes", "diskLimitBytes"],
] as const;
/** Keys of a variant that describe a foreign server. */
export const FOREIGN_KEYS = [
  ...["command", "image", "target", "build", "cwd", "env", "ready", "stop", "optional"],
  ...["process-limit", "memory-limit", "disk-limit"],
] as const;

type VariantKeys = Keys<
  (typeof FOREIGN_KEYS)[number] | "server" | "options" | "processes" | "connections-per-server"
>;

/**
 * Returns the server of a variant that has a command, an image or a target; null for one of ours.
 *
 * @param folder that `cwd` starts from
 * @throws UsageError at the place of a key that does not fit such a server
 */
export function readForeignVariant(
  name: string,
  node: PlanNode,
  keys: VariantKeys,
  { folder, axis }: { readonly folder: string; readonly axis: Axis },
): ForeignServer | null {
  const first = keys.command ?? keys.image ?? keys.target;
  if (!first) return null;
  if (findContract(name)) node.fail(`the name ${name} is taken by a server of the lab`);
  (keys.server ?? keys.options)?.fail("a server with a command, an image or a target has no such options");
  if (axis === "backlog") first.fail("the plan varies the backlog, an option of the lab's own servers");
  keys.processes?.fail("only servers of the lab share a port (--reuse-port)");
  if (keys.target) keys["connections-per-server"]?.fail("a server that runs already is one server");
  const given: GivenServer = {
    place: node.place,
    ...(keys.command && { command: keys.command.givenAll() }),
    ...(keys.build && { build: keys.build.givenAll() }),
    ...(keys.env && { env: keys.env.options() }),
    ...(keys.ready && { ready: readReady(keys.ready) }),
    ...readPlain(keys),
  };
  return readForeign(given, folder);
}

function readPlain(keys: VariantKeys): Partial<Record<(typeof PLAIN)[number], Given>> {
  const given = PLAIN.flatMap((name) => {
    const node = keys[kebab(name) as keyof VariantKeys];
    return node ? [[name, node.given()]] : [];
  });
  return Object.fromEntries(given);
}

/** Accepts `ready: port`, `ready: "line: REGEX"` and `ready: { line: REGEX }`. */
function readReady(node: PlanNode): Given {
  if (!node.isMap) return node.given();
  const { text, place } = (node.keys(["line"]).line ?? node.missing("line")).given();
  return { text: `line: ${text}`, place };
}
