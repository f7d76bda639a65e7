import type { Finding, Findings } from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import type { Point } from "../../src/plan/cells.ts";
import { openVariants, variantEffects } from "../../src/session/open-variants.ts";

const POINT = { group: { name: "busy" }, step: { x: 10 } } as unknown as Point;

function findingOf(variant: string, [low, effect, high]: readonly (number | null)[], change = {}): Finding {
  const place = { group: "busy", at: 10, question: "variants", quantity: "cost", variant };
  return { ...place, against: { variant: "epoll" }, low, effect, high, ...change } as unknown as Finding;
}

function findingsOf(...findings: Finding[]): Findings {
  return { findings } as unknown as Findings;
}

const SHOWN = [1.1, 1.2, 1.31];
const OPEN = [0.96, 1.02, 1.08];

test("an open comparison starts again with both of its variants, a settled one does not", () => {
  const findings = findingsOf(findingOf("threaded", SHOWN), findingOf("select", OPEN));
  expect(openVariants(POINT, findings)).toEqual(new Set(["select", "epoll"]));
  expect(openVariants(POINT, findingsOf(findingOf("threaded", SHOWN)))).toBeNull();
});

test("costs of the variants at the point count alone", () => {
  const elsewhere = [{ group: "idle" }, { at: 1000 }, { question: "growth" }, { quantity: "rate" }];
  const findings = findingsOf(...elsewhere.map((change) => findingOf("select", OPEN, change)));
  expect(openVariants(POINT, findings)).toBeNull();
  expect(variantEffects(POINT, findings).size).toBe(0);
});

test("a comparison without an interval is open", () => {
  const findings = findingsOf(findingOf("select", [null, 1.02, null]));
  expect(openVariants(POINT, findings)).toEqual(new Set(["select", "epoll"]));
  expect(variantEffects(POINT, findings).get("select")).toEqual({
    effect: 1.02,
    low: 0,
    high: Number.POSITIVE_INFINITY,
  });
});
