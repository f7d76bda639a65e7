import {
  type Cell,
  cellAt,
  cellsAt,
  cellsOf,
  isMeasuredInSlices,
  pointsOf,
  searchedPlace,
  searchStartCell,
  subjectsOf,
} from "../plan/cells.ts";
import { SERVERS } from "../plan/contracts.ts";
import type { Plan } from "../plan/plan.ts";
import { addMissing } from "../plan/plan-changes.ts";

/** Cells that are up together: the variants of a point that is measured in slices, otherwise one cell. */
export type Scene = readonly Cell[];

/** Returns the scenes of a plan, each once. */
export function scenesOf(plan: Plan): Scene[] {
  if (plan.search) return searchScenes(plan);
  const whole = plan.groups.filter(({ measure }) => measure === "whole");
  const alone = whole.length === 0 ? [] : cellsOf({ ...plan, groups: whole });
  return [
    ...alone.filter(({ repetition }) => repetition === 1).map((cell) => [cell]),
    ...pointsOf(plan).map((point) => cellsAt(plan, point, 1)),
  ];
}

/** Returns the variants of a plan one by one with a number of connections. */
export function scenesWith(plan: Plan, connections: number): Scene[] {
  const step = { x: connections, text: String(connections), place: "--connections" };
  return plan.groups.flatMap(({ name: group, variants }) =>
    variants.flatMap((variant) =>
      plan.clients.map((clients) => [
        cellAt({ ...plan, axis: "connections", repeats: 1 }, { group, variant, step, clients, repeat: 1 }),
      ]),
    ),
  );
}

/** Returns a plan with these servers alone; those that it does not have get the load of its first variant. */
export function withServers(plan: Plan, servers: readonly string[]): Plan {
  const missing = SERVERS.filter((name) => servers.includes(name));
  const groups = plan.groups.map((group) => {
    const kept = group.variants.filter(({ server }) => servers.includes(server));
    return { ...group, variants: [...kept, ...addMissing(group, missing)] };
  });
  return { ...plan, groups };
}

/** Returns the largest cells of a search one by one, and together those that it measures in slices. */
function searchScenes(plan: Plan): Scene[] {
  const sliced = subjectsOf(plan).filter(isMeasuredInSlices);
  const alone = subjectsOf(plan)
    .filter((subject) => !isMeasuredInSlices(subject))
    .flatMap((subject) => {
      const place = searchedPlace(subject, subject.range.to);
      return plan.clients.map((clients) => [
        cellAt({ ...plan, axis: subject.searched, repeats: 1 }, { ...place, clients, repeat: 1 }),
      ]);
    });
  const together = sliced.map((subject) => searchStartCell(subject, plan, 1));
  return together.length === 0 ? alone : [...alone, together];
}
