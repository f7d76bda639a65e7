import type { CellResult, ConnectionRow, LabResults } from "@c10k-lab/protocol";
import { describe, expect, it } from "vitest";
import { chartsOf } from "../../src/charts/charts.ts";
import { waitsOf } from "../../src/comparison/waits.ts";
import { retransmissions } from "../../src/document/results/retransmissions.ts";
import { type Study, studiesOf } from "../../src/model/study.ts";
import { makeCell, makeResults } from "../fixtures/fixture.ts";

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
  readonly tcp?: CellResult["evidence"]["tcp"] | typeof OVERFLOWED;
  readonly status?: CellResult["status"];
  readonly axis?: CellResult["axis"];
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
      return { ...cell, id: name, name, group: group ?? null, axis, x, client };
    },
  });
}

/** A connection that waited so long for its first response, and for the others hardly. */
function row(connection: number, firstMs: number): ConnectionRow {
  return {
    connection,
    connectMs: 0.2,
    firstResponseMs: firstMs,
    responseMsMean: (firstMs + MESSAGES - 1) / MESSAGES,
    responseMsMax: firstMs,
    requestsCompleted: MESSAGES,
    outcome: "ok",
  };
}

function unanswered(connection: number): ConnectionRow {
  const none = { connectMs: 0.2, firstResponseMs: null, responseMsMean: null, responseMsMax: null };
  return { connection, ...none, requestsCompleted: 0, outcome: "interrupted" };
}

/** One in five waits for a retransmission, from rung 0 to rung 6; the last ten wait in vain. */
function spikes(cell: CellResult): ConnectionRow[] {
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

function studyNamed(results: LabResults, group: string | null): Study {
  const study = studiesOf(results).find((one) => one.group === group);
  if (study === undefined) throw new Error(`no group ${group}`);
  return study;
}

const scattersOf = (study: Study) =>
  chartsOf(study).filter(({ name }) => name.startsWith("response-by-connection"));

describe("the table of waits", () => {
  it("counts connections on each rung, and the kernel's counters beside them", () => {
    const text = retransmissions(studyNamed(ORIGIN, "as submitted"));
    const [, , first] = text.split("\n").filter((line) => line.startsWith("|"));
    // Server, place, runs, connections, no response, late, seven rungs, on a rung, first, counters, sent again.
    expect(first).toBe(
      "| epoll | 1,000 | 1 | 1,000 | 10 | 198 | 29 | 29 | 28 | 28 | 28 | 28 | 28 | 198 | 198 | 900 | 900 | 700 | 0 | 700 |",
    );
    expect(text).toContain(
      "398 of 2,000 connections waited longer than 180 ms, 398 of them within 10 % of a rung (100 %, 99 % interval 98 to 100 %; by chance 29 %). The accept queue overflowed 900 times, and retransmission timers ran out 700 times.",
    );
  });

  it("says of the group without waits that there are none", () => {
    expect(retransmissions(studyNamed(ORIGIN, "corrected"))).toContain(
      "Of 3,000 connections, in all runs together, none waited longer than 180 ms, and no accept queue overflowed.",
    );
  });

  it("is left out where nothing waited and there is nothing to compare with", () => {
    const quiet = makeResults([epoll({ connections: 100 })], {}, spikes);
    expect(retransmissions(studyNamed(quiet, null))).toBe("");
  });

  it("adds up all runs of a cell", () => {
    const runs = [1, 2, 3].map((repeat) => {
      const cell = epoll({ connections: 1000, tcp: OVERFLOWED });
      return { ...cell, id: `${cell.id}-run-${repeat}`, repeat };
    });
    const study = studyNamed(makeResults(runs, {}, spikes), null);
    const waits = waitsOf(study, runs);
    expect([waits.connections, waits.onRung, waits.tcp.ListenOverflows]).toEqual([3000, 3 * 198, 2700]);
  });
});

describe("times on a rung", () => {
  const slow = (cell: CellResult) =>
    Array.from({ length: cell.connections }, (_, index) => row(index + 1, 190 + (index % 20)));
  const laddered = (study: Study) =>
    scattersOf(study).flatMap(({ series }) => series.map(({ name }) => name));

  it("are not called retransmissions when the kernel sent nothing again", () => {
    const study = studyNamed(makeResults([epoll({ connections: 500 })], {}, slow), null);
    expect(laddered(study)).toEqual(["epoll"]);
    expect(retransmissions(study)).toContain(
      "The kernel sent nothing again but SYNs, so none of these waited for it.",
    );
  });

  it("are not when it sent fewer segments again than there are of them", () => {
    const tcp = { RetransSegs: 8, TCPSynRetrans: 3 };
    const study = studyNamed(
      makeResults([makeCell({ server: "epoll", connections: 500, tcp })], {}, slow),
      null,
    );
    expect(laddered(study)).toEqual(["epoll"]);
    expect(retransmissions(study)).toContain("The kernel sent 5 segments again, SYNs aside");
  });

  it("are no finding when chance may have put as many there", () => {
    const spread = (cell: CellResult) =>
      Array.from({ length: cell.connections }, (_, index) =>
        row(index + 1, 181 * 2 ** ((index * 0.618) % 6)),
      );
    const study = studyNamed(makeResults([epoll({ connections: 1000, tcp: OVERFLOWED })], {}, spread), null);
    expect(retransmissions(study)).toContain("That is no more than chance may put there.");
    expect(scattersOf(study).map(({ name }) => name)).toEqual(["response-by-connection"]);
    expect(scattersOf(study)[0]?.title).not.toContain("retransmission");
  });
});

describe("response time by connection", () => {
  it("is drawn for every place of the groups that are held against each other", () => {
    for (const group of ["as submitted", "corrected"]) {
      const charts = scattersOf(studyNamed(ORIGIN, group));
      expect(charts.map(({ name }) => name)).toEqual([
        "response-by-connection-1000",
        "response-by-connection-2000",
      ]);
      expect(charts.map(({ y }) => y.scale)).toEqual(["log", "log"]);
    }
  });

  it("says in its title who waits for retransmissions, and where nobody does", () => {
    expect(scattersOf(studyNamed(ORIGIN, "as submitted"))[0]?.title).toBe(
      "as submitted: 20 % of epoll's connections wait for a retransmission at 1,000 connections",
    );
    expect(scattersOf(studyNamed(ORIGIN, "corrected"))[0]?.title).toBe(
      "corrected: no connection waits for a retransmission at 1,000 connections",
    );
  });

  it("says that nobody waits also where what was sent again was somebody else's", () => {
    const cells = ORIGIN.cells.map((cell) =>
      cell.group === "corrected"
        ? { ...cell, evidence: { ...cell.evidence, tcp: { ...cell.evidence.tcp, RetransSegs: 5 } } }
        : cell,
    );
    expect(scattersOf(studyNamed({ ...ORIGIN, cells }, "corrected"))[1]?.title).toBe(
      "corrected: no connection waits for a retransmission at 2,000 connections",
    );
  });

  it("labels every connection on a rung, each once, with its rung", () => {
    const [chart] = scattersOf(studyNamed(ORIGIN, "as submitted"));
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
    expect(chart?.caption).toContain("at a 20th of the rungs");
    expect(chart?.caption).toContain("Without a response and not drawn: 10 of epoll's (cut-off).");
  });

  it("labels those of the corrected group too, though the kernel sent nothing again there", () => {
    const cell = ORIGIN.cells.find(({ group }) => group === "corrected") as CellResult;
    const rows = (ORIGIN.connections.get(cell.id) ?? []).map((one, index) =>
      index < 3 ? row(index + 1, 200) : one,
    );
    const results = { ...ORIGIN, connections: new Map([...ORIGIN.connections, [cell.id, rows]]) };
    const [chart] = scattersOf(studyNamed(results, "corrected"));
    expect(chart?.series.find(({ name }) => name === "epoll, on a rung")?.points).toHaveLength(3);
    expect(chart?.title).not.toMatch(/% of .* wait/);
  });

  it("of a plan that varies something else is drawn where most wait, and at the end", () => {
    const cells = [5, 32, 128, 4096].map((backlog) =>
      epoll({
        connections: 1000,
        axis: "backlog",
        x: backlog,
        ...(backlog < 100 ? { tcp: OVERFLOWED } : {}),
      }),
    );
    const names = scattersOf(studyNamed(makeResults(cells, {}, spikes), null)).map(({ name }) => name);
    expect(names).toEqual(["response-by-connection-5", "response-by-connection-4096"]);
  });
});
