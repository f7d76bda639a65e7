import type { ConnectionRow, Findings, LabResults, RepetitionResult } from "@c10k-lab/protocol";
import { describe, expect, it } from "vitest";
import { drawGroup } from "../../src/charts/charts.ts";
import { retransmissions } from "../../src/details/retransmissions.ts";
import { type Group, listGroups } from "../../src/model/group.ts";
import { drawStory } from "../../src/story/charts.ts";
import { claimQueues } from "../../src/story/queues.ts";
import { tellStory } from "../../src/story/story.ts";
import { areRetransmissions, canBeRetransmissions, waitsOf } from "../../src/waits/waits.ts";
import { makeCell, makeResults } from "../fixtures/fixture.ts";
import { slice } from "../fixtures/slice.ts";

const MESSAGES = 20;
const OVERFLOWED = {
  ListenOverflows: 900,
  ListenDrops: 900,
  TCPTimeouts: 700,
  RetransSegs: 800,
  TCPSynRetrans: 100,
};

interface Case {
  readonly connections: number;
  readonly group?: string;
  readonly tcp?: RepetitionResult["evidence"]["tcp"] | typeof OVERFLOWED;
  readonly status?: RepetitionResult["status"];
  readonly axis?: RepetitionResult["axis"];
  readonly x?: number;
}

function epoll({ connections, group, tcp, status, axis = "connections", x = connections }: Case) {
  return makeCell({
    server: "epoll",
    connections,
    ...(tcp === undefined ? {} : { tcp }),
    ...(status === undefined ? {} : { status }),
    change: (cell) => {
      const name = [group, cell.variant, x].filter((part) => part !== undefined).join("-");
      const asked = { ...cell.client?.asked, messages: MESSAGES * connections };
      const client = cell.client && { ...cell.client, asked: { ...cell.client.asked, ...asked } };
      return { ...cell, id: name, cell: name, group: group ?? null, axis, axisValue: x, client };
    },
  });
}

/** A connection that waited so long for its first response, and for the others hardly. */
function row(connection: number, firstMs: number): ConnectionRow {
  return {
    connection,
    firstResponseMs: firstMs,
    responseMsMean: (firstMs + MESSAGES - 1) / MESSAGES,
    responseMsMax: firstMs,
    outcome: "ok",
  };
}

function unanswered(connection: number): ConnectionRow {
  const none = { firstResponseMs: null, responseMsMean: null, responseMsMax: null };
  return { connection, ...none, outcome: "interrupted" };
}

/** One in five waits for a retransmission, from rung 0 to rung 6; the last ten are never answered. */
function spikes(cell: RepetitionResult): ConnectionRow[] {
  const isOverflowed = cell.evidence.tcp.ListenOverflows > 0;
  return Array.from({ length: cell.connections }, (_, index) => {
    if (isOverflowed && index >= cell.connections - 10) return unanswered(index + 1);
    return row(index + 1, isOverflowed && index % 5 === 0 ? 205 * 2 ** ((index / 5) % 7) : 1 + (index % 3));
  });
}

const ORIGIN = makeResults(
  [1000, 2000].flatMap((connections) => [
    epoll({ connections, group: "as submitted", tcp: OVERFLOWED, status: "cut-off" }),
    epoll({ connections, group: "corrected" }),
  ]),
  {},
  spikes,
);

function groupNamed(results: LabResults, name: string | null): Group {
  const group = listGroups(results).find((one) => one.name === name);
  if (group === undefined) throw new Error(`no group ${name}`);
  return group;
}

const scattersOf = (group: Group) =>
  drawGroup(group, []).filter(({ name }) => name.startsWith("response-by-connection"));

describe("the table of waits", () => {
  it("The table of waits counts connections on each rung, and segments sent again beside them", () => {
    const text = retransmissions(groupNamed(ORIGIN, "as submitted"));
    const [, , first] = text.split("\n").filter((line) => line.startsWith("|"));
    expect(text).toContain("In all rows: repetitions 1; no response 10; sent again 700.");
    // Server, place, connections, late, seven rungs, on a rung, first.
    expect(first).toBe("| epoll | 1,000 | 1,000 | 198 | 29 | 29 | 28 | 28 | 28 | 28 | 28 | 198 | 198 |");
  });

  it("The table of waits says of the group without waits that there are none", () => {
    const group = groupNamed(ORIGIN, "corrected");
    const waits = waitsOf(group, group.results.repetitions);
    expect(waits).toMatchObject({ connections: 3000, late: 0, tcp: { ListenOverflows: 0 } });
    expect(retransmissions(group)).toMatch(/\n\n- [^|]*$/);
  });

  it("The table of waits is left out where nothing waited and there is nothing to compare with", () => {
    const quiet = makeResults([epoll({ connections: 100 })], {}, spikes);
    expect(retransmissions(groupNamed(quiet, null))).toBe("");
  });

  it("The table of waits adds up all runs of a cell", () => {
    const runs = [1, 2, 3].map((repeat) => {
      const cell = epoll({ connections: 1000, tcp: OVERFLOWED });
      return { ...cell, id: `${cell.id}-run-${repeat}`, repetition: repeat };
    });
    const group = groupNamed(makeResults(runs, {}, spikes), null);
    const waits = waitsOf(group, runs);
    expect([waits.connections, waits.onRung, waits.tcp.ListenOverflows]).toEqual([3000, 3 * 198, 2700]);
  });
});

describe("the claim that a short accept queue makes the waits", () => {
  const claimOf = (results: LabResults) =>
    claimQueues({ name: "origin", results, groups: listGroups(results) });

  it("It is made of the group whose queue overflowed, beside one whose queue did not", () => {
    const found = claimOf(ORIGIN);
    expect(found?.group.name).toBe("as submitted");
    expect(found?.claim.text).toContain("it overflowed in all 2 repetitions and none finished");
    expect(found?.claim.text).toContain("it never overflowed and all finished");
  });

  it("It is not made where both queues overflowed, nor where nobody waited for a retransmission", () => {
    const both = ORIGIN.repetitions.map((one) => ({
      ...one,
      evidence: { ...one.evidence, tcp: { ...one.evidence.tcp, ...OVERFLOWED } },
    }));
    expect(claimOf({ ...ORIGIN, repetitions: both })).toBeNull();
    expect(claimOf({ ...ORIGIN, connections: new Map() })).toBeNull();
  });
});

it("A chart calls times on a rung retransmissions only where the kernel sent as many segments again", () => {
  const [submitted] = scattersOf(groupNamed(ORIGIN, "as submitted"));
  expect(submitted?.caption).toContain("waited for a retransmission");
  const slow = (cell: RepetitionResult) =>
    cell.group === "corrected"
      ? Array.from({ length: cell.connections }, (_, index) => row(index + 1, 205))
      : spikes(cell);
  const [corrected] = scattersOf(groupNamed(makeResults(ORIGIN.repetitions, {}, slow), "corrected"));
  expect(corrected?.caption).toContain("so these are no retransmissions");
});

it("A chart of waits has a level with a name for each rung that a connection is on", () => {
  const [chart] = scattersOf(groupNamed(ORIGIN, "as submitted"));
  expect(chart?.levels?.map(({ name, y }) => `${name}: ${y}`)).toEqual([
    "0.2 s: 10",
    "0.4 s: 20",
    "0.8 s: 40",
    "1.6 s: 80",
    "3.2 s: 160",
    "6.4 s: 320",
    "12.8 s: 640",
  ]);
  const quiet = groupNamed(makeResults([epoll({ connections: 100 })], {}, spikes), null);
  expect(scattersOf(quiet)[0]?.levels).toEqual([]);
});

describe("times on a rung", () => {
  const slow = (cell: RepetitionResult) =>
    Array.from({ length: cell.connections }, (_, index) => row(index + 1, 190 + (index % 20)));
  const laddered = (group: Group) =>
    scattersOf(group).flatMap(({ series }) => series.map(({ name }) => name));

  it("Times on a rung are not called retransmissions when the kernel sent nothing again", () => {
    const group = groupNamed(makeResults([epoll({ connections: 500 })], {}, slow), null);
    expect(laddered(group)).toEqual(["epoll"]);
    const waits = waitsOf(group, group.results.repetitions);
    expect(waits).toMatchObject({ onRung: 500, sentAgain: 0 });
    expect(canBeRetransmissions(waits)).toBe(false);
  });

  it("Times on a rung are not called retransmissions when the kernel sent fewer segments again than there are of them", () => {
    const tcp = { RetransSegs: 8, TCPSynRetrans: 3 };
    const group = groupNamed(
      makeResults([makeCell({ server: "epoll", connections: 500, tcp })], {}, slow),
      null,
    );
    expect(laddered(group)).toEqual(["epoll"]);
    const waits = waitsOf(group, group.results.repetitions);
    expect(waits).toMatchObject({ onRung: 500, sentAgain: 5 });
    expect(canBeRetransmissions(waits)).toBe(false);
  });

  it("Times on a rung are no finding when chance may have put as many there", () => {
    const spread = (cell: RepetitionResult) =>
      Array.from({ length: cell.connections }, (_, index) =>
        row(index + 1, 181 * 2 ** ((index * 0.618) % 6)),
      );
    const group = groupNamed(makeResults([epoll({ connections: 1000, tcp: OVERFLOWED })], {}, spread), null);
    const waits = waitsOf(group, group.results.repetitions);
    expect([canBeRetransmissions(waits), areRetransmissions(waits)]).toEqual([true, false]);
    expect(scattersOf(group).map(({ name }) => name)).toEqual(["response-by-connection"]);
  });
});

describe("response time by connection", () => {
  it("Response time by connection is drawn for every place of the groups that are held against each other", () => {
    for (const group of ["as submitted", "corrected"]) {
      const charts = scattersOf(groupNamed(ORIGIN, group));
      expect(charts.map(({ name }) => name)).toEqual([
        "response-by-connection-1000",
        "response-by-connection-2000",
      ]);
      expect(charts.map(({ y }) => y.scale)).toEqual(["log", "log"]);
    }
  });

  it("Response time by connection labels every connection on a rung, each once, with its rung", () => {
    const [chart] = scattersOf(groupNamed(ORIGIN, "as submitted"));
    const [others, labelled] = chart?.series ?? [];
    expect([others?.name, labelled?.name]).toEqual(["epoll", "epoll, on a rung"]);
    expect(labelled?.of).toBe("epoll");
    expect([others?.points.length, labelled?.points.length]).toEqual([792, 198]);
    expect(labelled?.points.slice(0, 3)).toEqual([
      [1, 11.2, 0],
      [6, 21.4, 1],
      [11, 42, 2],
    ]);
    expect(labelled?.labels?.[2]).toBe("0.8 s, rung 2");
  });

  it("Response time by connection labels the connections of the corrected group too, though the kernel sent nothing again there", () => {
    const cell = ORIGIN.repetitions.find(({ group }) => group === "corrected") as RepetitionResult;
    const rows = (ORIGIN.connections.get(cell.id) ?? []).map((one, index) =>
      index < 3 ? row(index + 1, 200) : one,
    );
    const results = { ...ORIGIN, connections: new Map([...ORIGIN.connections, [cell.id, rows]]) };
    const [chart] = scattersOf(groupNamed(results, "corrected"));
    expect(chart?.series.find(({ name }) => name === "epoll, on a rung")?.points).toHaveLength(3);
  });

  it("Response time by connection of a plan that varies something else is drawn where most wait, and at the end", () => {
    const cells = [5, 32, 128, 4096].map((backlog) =>
      epoll({
        connections: 1000,
        axis: "backlog",
        x: backlog,
        ...(backlog < 100 ? { tcp: OVERFLOWED } : {}),
      }),
    );
    const names = scattersOf(groupNamed(makeResults(cells, {}, spikes), null)).map(({ name }) => name);
    expect(names).toEqual(["response-by-connection-5", "response-by-connection-4096"]);
  });
});

it.each([
  { measured: "whole", slices: [], charts: 1 },
  { measured: "in slices", slices: [slice(0.5, 10)], charts: 0 },
])("the report draws the waits of $charts groups that are measured $measured", ({ slices, charts }) => {
  const cells = [1000, 2000].map((connections) => ({ ...epoll({ connections, tcp: OVERFLOWED }), slices }));
  const results = makeResults(cells, {}, spikes);
  const experiment = { name: "plan", results, groups: listGroups(results) };
  expect(drawStory(experiment, groupNamed(results, null), null, ["epoll"])).toHaveLength(charts);
});

it("the report begins with a chart of several loads, not with the waits at one", () => {
  const busy = [10, 100, 1000].map((connections) => epoll({ connections, group: "busy" }));
  const results = makeResults(
    [epoll({ connections: 2000, group: "limit", tcp: OVERFLOWED }), ...busy],
    {},
    spikes,
  );
  const level = {
    axis: "connections",
    variant: "epoll",
    quantity: "cost",
    isLowerBound: false,
    slices: 9,
  } as const;
  const finding = {
    plan: "plan",
    axis: "connections",
    variant: "epoll",
    level: 99,
    doubts: [],
    slices: 9,
    replaced: 0,
  };
  const findings: Findings = {
    schema: "c10k-lab/findings/1",
    unmeasured: [],
    findings: [
      {
        ...finding,
        axis: "connections",
        group: "limit",
        question: "limit",
        quantity: "held",
        at: 2000,
        against: null,
        effect: 900,
        low: 900,
        high: 900,
        verdict: "shown",
        cause: "refused-descriptor",
        wouldTake: null,
      },
      {
        ...finding,
        axis: "connections",
        group: "busy",
        question: "growth",
        quantity: "cost",
        at: 1000,
        against: { variant: "epoll", axisValue: 10, group: "busy" },
        effect: 2,
        low: 1.8,
        high: 2.2,
        verdict: "shown",
        cause: null,
        wouldTake: null,
      },
    ],
    levels: busy.map(({ axisValue }) => ({ ...level, group: "busy", axisValue, value: 5, low: 4, high: 6 })),
  };
  const experiment = {
    name: "plan",
    results: { ...results, findings },
    groups: listGroups({ ...results, findings }),
  };
  const { sections, lead } = tellStory(experiment, ["epoll"]);
  expect(sections.filter(({ charts }) => charts.length > 0).map(({ name }) => name)).toEqual([
    "limit",
    "busy",
  ]);
  expect(lead?.name).toBe("busy");
});
