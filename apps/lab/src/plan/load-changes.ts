import type { Load } from "./plan.ts";

/** Of these the client takes one: what is said nearer to a cell replaces what is said further away. */
const EXCLUSIVE = [
  ["message", "size"],
  ["repeat", "transfer", "duration"],
];

/** A load with changes: those of the group over the plan's, of the variant over both, of the command line over all. */
export function changedLoad(load: Load, changes: Load): Load {
  const replaced = EXCLUSIVE.filter((options) => options.some((option) => option in changes)).flat();
  const kept = Object.entries(load).filter(([option]) => !replaced.includes(option));
  return { ...Object.fromEntries(kept), ...changes };
}
