import type { CellFigures } from "../model/cell-figures.ts";
import { describeFate, isWhole } from "../model/group.ts";

/**
 * Returns the reason why a cell is no point of the model; null when it is one. The law is about N workers of which each waits for its
 * answer and asks again at once: connections of a closed loop, all of them open and busy, of one client to one server.
 */
export function reasonLeftOut(cell: CellFigures): string | null {
  if (!isWhole(cell)) return describeFate(cell);
  const { client, servers } = cell.middle;
  if (cell.clients > 1) return "several clients";
  if (servers > 1) return "several servers";
  if (client === null || cell.messagesPerSecond === null || cell.messagesPerSecond <= 0) return "no rate";
  const { active, connections, options } = client.asked;
  const { count, failed } = client.latencyUs.intended;
  if (options.rate !== undefined || count + failed > 0) return "open loop";
  if (active < connections) return "idle connections";
  if (options.thinkMs !== undefined) return "pauses between messages";
  if (options.noBarrier === true) return "no barrier";
  return null;
}
