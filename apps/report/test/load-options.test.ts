import { expect, test } from "vitest";
import { hasPlace } from "../../../packages/report/src/model/options.ts";
import { contract } from "../../client/src/contract.ts";

/** Options that the lab sets for each process, and whose values are equal in two runs of one plan. */
const OF_THE_LOAD = ["connections", "seed"];

test("two runs of a plan differ in no option that the lab sets for each client", () => {
  const options: Readonly<Record<string, { readonly isPerRun?: true }>> = contract.options;
  const perRun = Object.keys(options).filter((name) => options[name]?.isPerRun);
  expect(perRun).toContain("gate");
  expect(perRun.filter((name) => !hasPlace(name))).toEqual(OF_THE_LOAD);
});
