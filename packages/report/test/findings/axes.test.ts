import { type CellResult, INFINITE, type LabResults, type Search } from "@c10k-lab/protocol";
import { describe, expect, it } from "vitest";
import { answer, summaryTable } from "../../src/index.ts";
import { makeCell, makeResults, thrice } from "../fixtures/fixture.ts";
import * as plans from "../fixtures/plans.ts";

const sentencesOf = (results: LabResults) => {
  const { answer: sentences, details } = answer(results);
  return [...sentences, ...details];
};

describe("idle connections", () => {
  const { answer: sentences, details } = answer(plans.idleResults());

  it("cost first who loses most, with the interval of the ratio", () => {
    expect(sentences[0]).toBe(
      "select's rate at 10,000 idle connections was 0.20 times that at 0 idle connections (99 % interval 0.20 to 0.20; 20,000 against 100,000 messages/s).",
    );
    expect(sentences[1]).toMatch(
      /^No real difference between the rate at 10,000 idle connections and that at 0 idle connections is shown for threaded \(.*\) and epoll \(.*99 % interval of their ratio 0\.98 to 1\.02\)\.$/,
    );
  });

  it("have what select scans as evidence", () => {
    expect(details).toContain(
      "At 10,000 idle connections select scanned 10,100 descriptors per wait (99 % interval 10,100 to 10,100).",
    );
    expect(details.join(" ")).toContain(
      "select's CPU time per message at 10,000 idle connections was 5.7 times",
    );
  });

  it("claim nothing from one run", () => {
    const results = plans.idleResults();
    const once = { ...results, cells: results.cells.filter(({ repeat }) => repeat === 1) };
    expect(answer(once).answer.join(" ")).toContain(
      "fewer than 3 runs have no interval, so nothing is claimed",
    );
    expect(answer(once).answer.join(" ")).not.toMatch(/was [\d.]+ times/);
  });
});

describe("idle connections in a closed and in an open loop", () => {
  const results = plans.idleLoopsResults();
  const { answer: sentences } = answer(results);

  it("cost messages in the one and time in the other", () => {
    expect(sentences).toContain(
      "closed loop: select's rate at 10,000 idle connections was 0.20 times that at 0 idle connections (99 % interval 0.20 to 0.20; 20,000 against 100,000 messages/s).",
    );
    expect(sentences.join(" ")).toMatch(
      /open loop: select's p99 intended response time at 10,000 idle connections was 15 times that at 0 idle connections \(99 % interval /,
    );
    expect(sentences.join(" ")).toContain(
      "open loop: select's CPU time per message at 10,000 idle connections was 6.4 times",
    );
  });

  it("that never end are infinite, which is so many times nothing", () => {
    const cells = results.cells.map((one): CellResult => {
      if (one.client === null || one.group !== "open loop" || one.server !== "select" || one.x === 0)
        return one;
      const { intended } = one.client.latencyUs;
      const latencyUs = { ...one.client.latencyUs, intended: { ...intended, p99: INFINITE } };
      return { ...one, client: { ...one.client, latencyUs } } as CellResult;
    });
    const said = answer({ ...results, cells }).answer.join(" ");
    expect(said).toMatch(
      /select's p99 intended response time at 10,000 idle connections was infinite in 3 of 3 runs, unlike that at 0 idle connections \([\d.]+ ms, 99 % interval [\d.]+ to [\d.]+\)\./,
    );
    expect(said).not.toContain("∞ times");
  });

  it("are two loads, which are not compared with each other", () => {
    expect(sentences.join(" ")).not.toContain("under the same load");
  });

  it("stand in one table for the terminal, with the same columns", () => {
    const { head, rows } = summaryTable(results);
    expect(head).toContain("intended p99 ms");
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head.length]));
  });
});

describe("a backlog", () => {
  const { answer: sentences, details } = answer(plans.backlogResults());

  it("is long enough from where nothing overflows on", () => {
    expect(sentences[0]).toBe(
      "250 connections: The accept queues of threaded, select and epoll overflowed with a backlog of 5 (in 3 of 3 runs) and 128 (in 3 of 3 runs); from backlog 1,024 on none overflowed in any run.",
    );
  });

  it("that is too short shows in the first response, and its overflow is held against no comparison", () => {
    const slow = sentences.find((one) => one.includes("epoll's p99 time to the first response"));
    expect(slow).toMatch(/with backlog 5 was 9\d times that with backlog 1,024 \(99 % interval /);
    expect(slow).not.toContain("Inconclusive");
  });

  it("says nothing of scaling", () => {
    expect([...sentences, ...details].join(" ")).not.toContain("scaling");
  });

  it("that never overflows is said to be that", () => {
    const cells = [32, 1024].map((x) => makeCell({ server: "epoll", connections: 10, axis: "backlog", x }));
    expect(answer(makeResults(thrice(cells))).answer[0]).toBe(
      "No accept queue overflowed in any run with backlog 32 to 1,024.",
    );
  });

  it("that always overflows is not long enough", () => {
    const cells = [32, 1024].map((x) =>
      makeCell({ server: "epoll", connections: 10, axis: "backlog", x, tcp: { ListenOverflows: 3 } }),
    );
    expect(answer(makeResults(thrice(cells))).answer[0]).toContain("no backlog measured was long enough");
  });
});

describe("connections per second", () => {
  it("are achieved or not, which is a sign of its own", () => {
    expect(answer(plans.churnResults()).answer).toEqual([
      "The threaded server stopped scaling first at 10,000 new connections/s: it achieved 67 % of what was offered (99 % interval 66.0 to 67.3 %).",
      "The select and epoll servers did not stop scaling up to 10,000 new connections/s, the largest load measured.",
    ]);
  });

  it("have their column", () => {
    const { head, rows } = summaryTable(plans.churnResults());
    expect(rows.map((row) => row[head.indexOf("connections/s")])).toContain("6,667");
  });
});

describe("an open loop", () => {
  it("is judged by when messages were due, and by what was offered", () => {
    const cells = [1000, 2000].map((x) =>
      makeCell({
        ...{ server: "epoll", connections: 10, axis: "rate", x },
        messagesPerSecond: Math.min(x, 1500),
        p99Ms: 3,
        intendedP99Ms: x > 1000 ? 900 : 4,
      }),
    );
    expect(answer(makeResults(thrice(cells))).answer).toEqual([
      "The epoll server stopped scaling at 2,000 messages/s offered: it achieved 75 % of what was offered (99 % interval 74.3 to 75.8 %) and its p99 response time from when a message was due was 900 ms (99 % interval 891 to 909 ms).",
    ]);
  });
});

describe("the size of a message", () => {
  it("from which on the architectures no longer differ is the answer", () => {
    expect(answer(plans.sizeResults()).answer[0]).toMatch(
      /^From 64 KiB messages on no real difference in rate is shown between threaded, select and epoll \(.*99 % interval of their ratio/,
    );
  });

  it("that never makes them alike is said, too", () => {
    const cells = ([16, 1024] as const).flatMap((x) => [
      makeCell({ server: "threaded", connections: 50, axis: "size", x, messagesPerSecond: 10_000 }),
      makeCell({ server: "epoll", connections: 50, axis: "size", x, messagesPerSecond: 20_000 }),
    ]);
    expect(answer(makeResults(thrice(cells))).answer[0]).toContain(
      "Up to the largest, 1 KiB messages, the servers still differ in rate",
    );
  });

  it("makes MiB per second of both directions", () => {
    const { head, rows } = summaryTable(plans.sizeResults());
    const largest = rows.find((row) => row[0] === "threaded" && row[1] === "64 KiB");
    // 10,000 messages/s of 64 KiB there and back.
    expect(largest?.[head.indexOf("MiB/s")]).toBe("1,250");
  });
});

describe("an ablation", () => {
  const sentences = sentencesOf(plans.ablationResults());

  it("says what an option changes, in its group", () => {
    expect(sentences).toContain(
      "trigger: At 1,000 connections epoll-level's CPU time per message was 1.29 times epoll-edge's (99 % interval 1.29 to 1.29; 9.00 against 7.00 µs of CPU per message).",
    );
  });

  it("says of everything else that no difference is shown", () => {
    const none = sentences.find((one) =>
      one.startsWith("thread stack: At 1,000 connections no real difference"),
    );
    expect(none).toContain(
      "between threaded-64KiB and threaded-8MiB in rate (100,000 and 100,000 messages/s)",
    );
  });

  it("says nothing of scaling", () => {
    expect(sentences.join(" ")).not.toContain("scaling");
  });
});

describe("groups that share a load", () => {
  const { answer: sentences } = answer(plans.originResults());

  it("are counted first", () => {
    expect(sentences[0]).toBe(
      "Of 4 cells under the same load (medians over the runs of each), “as submitted” overflowed the accept queue in 4 and ran out of time in 1 and “corrected” overflowed the accept queue in none and ran out of time in none.",
    );
  });

  it("are compared with the interval of the ratio, and what they differ in is not held against it", () => {
    expect(sentences).toContain(
      "threaded's maximum response time at 5,000 connections, “as submitted”, was 20 times that of “corrected” (99 % interval 20 to 20; 2,400 against 120 ms).",
    );
  });

  it("that ran out of time took at least so long", () => {
    expect(sentences[1]).toBe(
      "epoll at 5,000 connections, “as submitted”, was not over after 29,700 ms in 3 of 3 runs: at least 33 times as long as “corrected” (900 ms, 99 % interval 891 to 909 ms).",
    );
    expect(sentences.join(" ")).not.toContain("epoll's wall time at 5,000 connections");
  });

  it("that ran out of time in some runs is held against what those were given", () => {
    const results = plans.originResults();
    const isCut = (one: CellResult) => one.status === "cut-off";
    const last = results.cells.findLast(isCut);
    const cells = results.cells.map((one): CellResult => {
      if (one !== last || one.client === null) return one;
      const achieved = { ...one.client.achieved, durationMs: 7000 };
      return { ...one, status: "ok", client: { ...one.client, achieved } };
    });
    expect(answer({ ...results, cells }).answer.join(" ")).toMatch(
      /was not over after (29,[0-9]00|30,[0-9]00) ms in 2 of 3 runs/,
    );
  });

  it("without a common load are not compared", () => {
    expect(answer(plans.backlogResults()).answer.join(" ")).not.toContain("under the same load");
  });
});

describe("a search", () => {
  const { answer: sentences, details } = answer(plans.capacityResults());

  it("names who came to an end first where the intervals say so, and then each limit", () => {
    expect(sentences).toEqual([
      "As connections rose select was the first to miss the objective (interval 900 to 1,000 connections).",
      "threaded: between 4,000 and 4,500 connections at 10,000 messages/s (4,000 met in 3 of 3 runs, 4,500 failed in 3 of 3 runs); first signal: latency: So it was seen.",
      "select: between 900 and 1,000 connections at 10,000 messages/s (900 met in 3 of 3 runs, 1,000 failed in 3 of 3 runs); first signal: fd-wall: So it was seen.",
      "epoll: at least 20,000 connections at 10,000 messages/s (20,000 met in 3 of 3 runs). The client has ports for 20,000 connections.",
    ]);
    expect(details[0]).toContain("Asked for: p99 response time of at most 100 ms");
  });

  it("claims no order of intervals that overlap, and calls a limit of the client inconclusive", () => {
    const unclear = searchesWith({
      failed: 4200,
      first: { signal: "client-limit", sentence: "It was busy." },
    });
    expect(unclear[0]).toBe(
      "No order is shown as connections rose: the intervals of select and threaded overlap below 4,200 connections.",
    );
    expect(unclear.find((one) => one.startsWith("select:"))).toMatch(
      / Inconclusive: the limit may be the client's\.$/,
    );
  });

  it("that was interrupted is put in no order", () => {
    expect(searchesWith({ ended: "interrupted" })[0]).toContain("As connections rose threaded was the first");
  });

  it("is no question of scaling", () => {
    expect([...sentences, ...details].join(" ")).not.toContain("scaling");
  });
});

/** The answer where the search for select went otherwise. */
function searchesWith(change: Partial<Search>): readonly string[] {
  const results = plans.capacityResults();
  const searches = (results.capacity?.searches ?? []).map((search) =>
    search.variant === "select" ? { ...search, ...change } : search,
  );
  return answer({ ...results, capacity: results.capacity && { ...results.capacity, searches } }).answer;
}
