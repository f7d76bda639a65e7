import type { LabResults, RepetitionResult, Slice } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { demandTable, listExperiments, renderReport } from "../../src/index.ts";
import { listDemands } from "../../src/model/service-demand.ts";
import { makeCell, makeResults } from "../fixtures/fixture.ts";
import { slice } from "../fixtures/slice.ts";

const three = (one: Slice) => [one, one, one];

/** Returns the results of one server in groups, with a cost of 10 µs in each. */
function measured(groups: Readonly<Record<string, readonly Slice[]>>): LabResults {
  const repetitions = Object.entries(groups).map(
    ([group, slices]): RepetitionResult => ({
      ...makeCell({ server: "epoll", connections: 100 }),
      group,
      slices: [...slices],
    }),
  );
  const levels = Object.keys(groups).map((group) => ({
    group,
    axis: "connections" as const,
    variant: "epoll",
    axisValue: 100,
    quantity: "cost" as const,
    value: 10,
    low: 9,
    high: 11,
    isLowerBound: false,
    slices: 6,
  }));
  return {
    ...makeResults(repetitions),
    findings: { schema: "c10k-lab/findings/1", findings: [], levels, unmeasured: [] },
  };
}

const demandsOf = (results: LabResults) =>
  listExperiments([results]).flatMap(({ groups }) => groups.map((group) => listDemands(group)[0]));

test("a core carries 1/D messages per second, which the rate at the limit confirms", () => {
  const [demand] = demandsOf(measured({ busy: [...three(slice(0.5, 10)), ...three(slice(0.98, 10))] }));
  expect(demand).toMatchObject({ carried: 100_000, limitRate: 98_000 });
  expect(demand?.check).toBeCloseTo(0.98, 6);
});

test("the demand below the limit comes from another group under the same load, too", () => {
  const [closed, open] = demandsOf(measured({ closed: three(slice(1, 8)), open: three(slice(0.2, 10)) }));
  expect(closed?.check).toBeCloseTo(1.25, 6);
  expect(open).toMatchObject({ carried: 100_000, limitRate: null, check: null });
});

test.each([
  ["was never at its limit", three(slice(0.5, 10))],
  ["was always at its limit", three(slice(1, 10))],
  [
    "was at its limit in disturbed slices",
    [...three(slice(0.5, 10)), ...three(slice(1, 10, { disturbances: ["stolen"] }))],
  ],
])("a server that %s has a demand and no check", (_, slices) => {
  const [demand] = demandsOf(measured({ busy: slices }));
  expect(demand).toMatchObject({ carried: 100_000, check: null });
});

test("the method tells how long a turn is", () => {
  const methodOf = (one: Slice) => renderReport([measured({ busy: three(one) })]).markdown;
  expect(methodOf(slice(0.5, 10))).toContain("take turns of some 200 ms in random order");
  expect(methodOf(slice(0.5, 10, { turns: 4, durationMs: 124 }))).toContain("take turns of some 30 ms");
});

test("the details print the table of a group in slices, and none of a group measured whole", () => {
  const results = measured({ busy: [...three(slice(0.5, 10)), ...three(slice(1, 10))] });
  const { details } = renderReport([results]);
  expect(details.markdown).toContain("Service demand");
  expect(details.markdown).toMatch(
    /\| epoll \| 100 \| 10\.0 \| 9\.00 to 11\.0 \| 100,000 \| 75 % \| 100,000 \| 1\.00 \|/,
  );
  const whole = measured({ busy: [] });
  expect(listExperiments([whole])[0]?.groups.map(demandTable)).toEqual([null]);
  expect(renderReport([whole]).details.markdown).not.toContain("Service demand");
});
