import { renderReport } from "@c10k-lab/report";
import { expect, test } from "vitest";
import { hasPlace } from "../../../packages/report/src/model/options.ts";
import { idleResults } from "../../../packages/report/test/fixtures/plans.ts";
import { contract } from "../../client/src/contract.ts";

/** Options that the lab sets for each process, and whose values are equal in two runs of one plan. */
const OF_THE_LOAD = ["connections", "seed"];

test("two runs of a plan differ in no option that the lab sets for each client", () => {
  const options: Readonly<Record<string, { readonly isPerRun?: true }>> = contract.options;
  const perRun = Object.keys(options).filter((name) => options[name]?.isPerRun);
  expect(perRun).toContain("gate");
  expect(perRun.filter((name) => !hasPlace(name))).toEqual(OF_THE_LOAD);
});

test("a command that differs between repetitions in ports and files alone stands once in the details", () => {
  const results = idleResults();
  const repetitions = results.repetitions.map((one, at) => {
    const places = `--port ${4000 + at} --gate 127.0.0.1:${5000 + at} --control 127.0.0.1:${6000 + at}`;
    const client = `npm run client -- --host 127.0.0.1 ${places} --stats /tmp/${at}/client.csv`;
    return { ...one, commands: { servers: [], clients: [client] } };
  });
  const { details } = renderReport([{ ...results, repetitions }]);
  expect(details.markdown.match(/^npm run client .*$/gm)).toEqual([
    "npm run client -- --host 127.0.0.1 --port PORT --gate 127.0.0.1:PORT --control 127.0.0.1:PORT --stats FILE",
  ]);
});
