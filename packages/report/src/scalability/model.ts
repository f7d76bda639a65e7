import { type CellFigures, valuesOf } from "../model/cell-figures.ts";
import { cellsOf, describeFate, type Group, isWhole } from "../model/group.ts";
import { RATE } from "../model/quantities.ts";
import { type Fitted, fittedTo } from "./fitted.ts";

/** The Universal Scalability Law for one variant. */
export interface ScalabilityModel {
  readonly variant: string;
  /** Cells it is fitted to, from the smallest load to the largest. */
  readonly cells: readonly CellFigures[];
  readonly leftOut: readonly { readonly cell: CellFigures; readonly reason: string }[];
  /** null with too few points, and where the law cannot follow them. */
  readonly fitted: Fitted | null;
}

/** A model a variant; none at all where something else than connections is varied, or no cell can be a point of one. */
export function fitModels(group: Group): ScalabilityModel[] {
  if (group.axis !== "connections") return [];
  const models = group.variants.map((variant) => fitModel(group, variant));
  return models.some(({ cells }) => cells.length > 0) ? models : [];
}

function fitModel(group: Group, variant: string): ScalabilityModel {
  const judged = cellsOf(group, variant).map((cell) => ({ cell, reason: reasonLeftOut(cell) }));
  const cells = judged.flatMap(({ cell, reason }) => (reason === null ? [cell] : []));
  const leftOut = judged.flatMap(({ cell, reason }) => (reason === null ? [] : [{ cell, reason }]));
  const fitted = fittedTo(
    cells.map((cell) => [cell.connections, RATE.value(cell) ?? 0]),
    cells.map((cell) => valuesOf(cell, RATE.value)),
  );
  return { variant, cells, leftOut, fitted };
}

/**
 * Returns the reason why a cell is no point of the model; null when it is one. The law is about N workers of which each
 * waits for its answer and asks again at once: connections of a closed loop, all of them open and busy, of one client to one server.
 */
function reasonLeftOut(cell: CellFigures): string | null {
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
