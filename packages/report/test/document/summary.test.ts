import { describe, expect, it } from "vitest";
import { summaryRows, summaryTable } from "../../src/index.ts";
import { intervalOf, summarizeCell } from "../../src/model/cell-figures.ts";
import { makeCell, makeResults, makeStudyCells, thrice } from "../fixtures/fixture.ts";

const bare = makeCell({
  server: "epoll",
  connections: 10,
  status: "failed",
  change: (cell) => ({
    ...cell,
    listening: null,
    final: null,
    client: null,
    reconciliation: null,
    evidence: { ...cell.evidence, server: [], clients: [], corePercent: { server: null, clients: null } },
  }),
});

describe("figures of a cell", () => {
  it("Figures of a cell are the server's differences, for each message", () => {
    const figures = summarizeCell([
      makeCell({
        server: "epoll",
        connections: 1000,
        cpuPerMessageUs: 8,
        switchesPerMessage: 0.5,
        rssPeakKiB: 60_000,
      }),
    ]);
    expect(figures.cpuPerMessageUs).toBeCloseTo(8, 6);
    expect(figures.userPerMessageUs).toBeCloseTo(2, 6);
    expect(figures.voluntaryPerMessage).toBeCloseTo(0.45, 6);
    expect(figures.switchesPerMessage).toBeCloseTo(0.5, 6);
    expect(figures.serverCorePercent).toBeCloseTo(70, 1);
    expect(figures.rssPeakMiB).toBeCloseTo(60_000 / 1024, 6);
    expect(figures.rssPerConnectionKiB).toBeCloseTo(10, 6);
    expect(figures.eventsPerWait).toBeCloseTo(10, 6);
  });

  it("Figures of a cell take the kernel's peak of memory where there are no samples", () => {
    const cell = makeCell({ server: "epoll", connections: 10, rssPeakKiB: 70_000 });
    const figures = summarizeCell([{ ...cell, evidence: { ...cell.evidence, server: [] } }]);
    expect(figures.rssPeakMiB).toBeCloseTo(70_000 / 1024, 6);
    expect(figures.threadsPeak).toBeNull();
  });

  it("Figures of a cell do not divide by no messages", () => {
    const cell = makeCell({ server: "epoll", connections: 10, messagesPerSecond: 0 });
    expect(summarizeCell([cell])).toMatchObject({
      cpuPerMessageUs: null,
      switchesPerMessage: null,
      messagesPerSecond: 0,
    });
  });
});

describe("a cell run three times", () => {
  const cell = makeCell({ server: "epoll", connections: 10, messagesPerSecond: 100_000 });

  it("A cell is shown by the median of its repetitions, and the one in the middle stands for it", () => {
    const figures = summarizeCell(thrice([cell]).toReversed());
    expect(figures.messagesPerSecond).toBe(100_000);
    expect(figures.middle.id).toBe("epoll-10-run-2");
    expect(intervalOf(figures, (run) => run.messagesPerSecond)).toEqual({ low: 99_000, high: 101_000 });
  });

  it("A cell leaves out a repetition that failed, and says so; it has failed when most of them have", () => {
    const [a, b, c] = thrice([cell]);
    if (!a || !b || !c) throw new Error("three runs");
    const broken = { ...c, status: "failed" as const };
    expect(summarizeCell([a, b, broken])).toMatchObject({ status: "ok", messagesPerSecond: 99_500 });
    expect(summaryTable(makeResults([a, b, broken])).rows[0]?.at(-1)).toBe("valid, 2 of 3 repetitions");
    expect(summarizeCell([a, { ...broken, id: "x" }, broken]).status).toBe("failed");
  });
});

describe("the summary table", () => {
  it("The summary table has a row a cell, by server and load, and dashes for what is missing", () => {
    const { head, rows } = summaryTable(
      makeResults([...makeStudyCells().reverse(), { ...bare, cell: "epoll-1", connections: 1 }]),
    );
    expect(head).toHaveLength(13);
    expect(rows.every((row) => row.length === head.length)).toBe(true);
    expect(rows.map((row) => `${row[0]} ${row[1]}`).slice(0, 6)).toEqual([
      "threaded 10",
      "threaded 100",
      "threaded 500",
      "threaded 2,000",
      "threaded 4,000",
      "select 10",
    ]);
    expect(rows.find((row) => row[1] === "1")).toEqual(["epoll", "1", ...Array(10).fill("–"), "failed"]);
    expect(rows[8]).toEqual([
      "select",
      "2,000",
      "990",
      "990",
      "113,000",
      "8.39",
      "12.4",
      "37.1",
      "0.90",
      "70",
      "50.8",
      "0.015",
      "limited",
    ]);
  });
});

describe("the rows of summary.csv", () => {
  const rows = summaryRows(
    makeResults([makeCell({ server: "select", connections: 2000, refused: 1010, p99Ms: 12 }), bare]),
  );

  it("The rows of summary.csv have the same columns in every row", () => {
    expect(Object.keys(rows[1] ?? {})).toEqual(Object.keys(rows[0] ?? {}));
  });

  it("The rows of summary.csv name their units and hold plain numbers", () => {
    expect(rows[0]).toMatchObject({
      cell: "select-2000",
      connections_asked: 2000,
      connections_established: 990,
      connections_refused: 1010,
      response_p99_ms: 12,
      connect_p99_ms: 0.9,
      first_response_p50_ms: 5,
      intended_p99_ms: null,
      tcp_ListenOverflows: 0,
      ledgers_balanced: "true",
    });
    expect(rows[1]).toMatchObject({ status: "failed", messages_per_second: null, server_rss_peak_mib: null });
  });
});
