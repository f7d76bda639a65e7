import { join } from "node:path";
import { commandWords } from "@c10k-lab/cli";
import { describe, expect, test } from "vitest";
import { cellsOf } from "../../src/plan/cells.ts";
import { CLIENT } from "../../src/plan/contracts.ts";
import { changePlan, measureWhole, type PlanChanges } from "../../src/plan/plan-changes.ts";
import { findPlan } from "../../src/plan/yaml/plan-library.ts";

/** A plan whose cells are measured whole, one after another. */
const BUSY = join(import.meta.dirname, "../fixtures/busy.yaml");
const change = (name: string, changes: PlanChanges) => changePlan(findPlan(name), changes);
const firstLoad = (name: string, changes: PlanChanges) =>
  commandWords(cellsOf(change(name, changes))[0]?.load ?? {}, CLIENT.options).join(" ");

test("an option of --load replaces the plan's, and those that it excludes", () => {
  const load = "repeat=5 size=1KiB no-barrier";
  expect(firstLoad(BUSY, { load })).toBe("--repeat 5 --size 1KiB --no-barrier");
  expect(firstLoad(BUSY, { durationMs: 300 })).toBe("--message This is the payload --duration 300ms");
});

test("a plan in slices that is measured whole exchanges messages for three seconds in each cell, or as long as --duration", () => {
  const plan = measureWhole(findPlan("quick"));
  expect(plan.groups.map(({ measure }) => measure)).toEqual(plan.groups.map(() => "whole"));
  const loads = (changes: PlanChanges) =>
    cellsOf(changePlan(plan, changes)).flatMap(({ load }) => load.durationMs?.value ?? []);
  expect(new Set(loads({}))).toEqual(new Set([3000]));
  expect(new Set(loads({ durationMs: 700 }))).toEqual(new Set([700]));
});

test("--connections are values where the plan varies them, and the number elsewhere", () => {
  expect(cellsOf(change(BUSY, { connections: [7], repeats: 1 })).map(({ axisValue: x }) => x)).toEqual([
    7, 7, 7,
  ]);
  const [cell] = cellsOf(change("size", { connections: [7] }));
  expect(cell?.connections).toBe(7);
});

test("--all adds the servers that a group does not have, and the plan's last variant stays the last", () => {
  const names = change("quick", { all: true }).groups.map(({ variants }) => variants.map(({ name }) => name));
  expect(names).toEqual(Array(3).fill(["poll", "uring", "threaded", "select", "epoll"]));
  expect(change("five", { all: true })).toEqual(findPlan("five"));
});

describe("a change that does not fit the plan is refused", () => {
  test.each<[string, PlanChanges, string]>([
    [BUSY, { load: "speed=5" }, "--load: speed: client has no option 'speed'"],
    [BUSY, { load: "hold=soon" }, "--load: hold: 'soon' is not a duration"],
    [BUSY, { load: "port=5" }, "--load: port: the lab sets this option for each process"],
    [BUSY, { load: "rate=5 think=1s" }, "--load: think: rate and think exclude each other"],
    [BUSY, { load: "rate=3", clients: [4] }, "--load: rate: rate 3 cannot be divided among 4 clients"],
    [BUSY, { clients: [20] }, `${BUSY}:5:10: values: 10 connections cannot be divided among 20 clients`],
    ["size", { load: "size=5" }, "--load: size: the plan varies size: give its values instead"],
    ["idle", { values: ["1..2"] }, "--values: '1..2' is not a whole number"],
    ["idle", { connections: [5] }, "--connections: the plan idle varies idle: give its values with --values"],
    ["aa", { servers: ["select"] }, "--servers: the plan aa has none of them"],
  ])("%s with %j", (name, changes, sentence) => {
    expect(() => change(name, changes)).toThrow(sentence);
  });
});
