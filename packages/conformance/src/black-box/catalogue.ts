import type { BlackBoxCase } from "./case.ts";
import { CLIENT_CASES } from "./client-cases.ts";
import { ENDING_CASES } from "./ending-cases.ts";
import { MEMORY_CASES } from "./memory-cases.ts";
import { MESSAGE_CASES } from "./message-cases.ts";
import { RESOURCE_CASES } from "./resource-cases.ts";

/** All cases that need no option of a server, each after those it requires. */
export const BLACK_BOX_CASES: readonly BlackBoxCase[] = sortByRequirement([
  ...MESSAGE_CASES,
  ...CLIENT_CASES,
  ...ENDING_CASES,
  ...RESOURCE_CASES,
  ...MEMORY_CASES,
]);

/** Returns the cases in their order, but each after those it requires. */
function sortByRequirement(cases: readonly BlackBoxCase[]): BlackBoxCase[] {
  const sorted = new Set<BlackBoxCase>();
  const add = (one: BlackBoxCase) => {
    for (const name of one.requires) {
      const required = cases.find((other) => other.name === name);
      if (required) add(required);
    }
    sorted.add(one);
  };
  for (const one of cases) add(one);
  return [...sorted];
}
