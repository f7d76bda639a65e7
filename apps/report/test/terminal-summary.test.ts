import type { LabResults } from "@c10k-lab/protocol";
import { describe, expect, test } from "vitest";
import { capacityResults, idleResults, originResults } from "../../../packages/report/test/fixtures/plans.ts";
import type { Screen } from "../src/output/screen.ts";
import { summarize } from "../src/output/terminal-summary.ts";

const PLAIN: Screen = { columns: 100, hasBars: false, hasStyles: false };

/** Results of many groups: more rows than a screen has lines for. */
function manyGroups(): LabResults {
  const one = idleResults();
  const groups = ["a", "b", "c", "d", "e", "f", "g"];
  return {
    ...one,
    repetitions: groups.flatMap((group) =>
      one.repetitions.map((repetition) => ({ ...repetition, id: `${group}-${repetition.id}`, group })),
    ),
    findings: one.findings && {
      ...one.findings,
      levels: groups.flatMap((group) => one.findings?.levels.map((level) => ({ ...level, group })) ?? []),
      findings: groups.flatMap((group) => one.findings?.findings.map((found) => ({ ...found, group })) ?? []),
    },
  };
}

/** Results in which select has another name. */
function renamed(name: string): LabResults {
  const { findings, ...rest } = idleResults();
  const rename = <T extends { readonly variant: string }>(one: T): T =>
    one.variant === "select" ? { ...one, variant: name } : one;
  return {
    ...rest,
    repetitions: rest.repetitions.map(rename),
    findings: findings && {
      ...findings,
      findings: findings.findings.map(rename),
      levels: findings.levels.map(rename),
    },
  };
}

describe.each<[string, LabResults]>([
  ["idle", idleResults()],
  ["many groups", manyGroups()],
  ["the original study", originResults()],
  ["a search", capacityResults()],
  ["a server of forty characters", renamed("a-server-with-a-name-of-forty-characters")],
  ["a server with umlauts", renamed("größe-überall")],
])("the terminal's answer of %s", (_, results) => {
  test.each([36, 40, 60, 80, 100, 200])("it has at most 18 lines of %d columns, all whole", (columns) => {
    const lines = summarize([results], { ...PLAIN, columns }, false);
    expect(lines.length).toBeLessThanOrEqual(18);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
    expect(lines.join("")).not.toContain("\u001b");
  });
});

test("The terminal's table keeps its columns on a narrow screen, with a short heading", () => {
  const narrow = summarize([idleResults()], { ...PLAIN, columns: 60 }, false);
  expect(narrow.some((line) => /^question .* server +holds +µs\/message/.test(line))).toBe(true);
  const wide = summarize([idleResults()], { ...PLAIN, columns: 120 }, false);
  expect(wide.some((line) => line.includes("CPU time per message, µs  breaks first"))).toBe(true);
});

test("A screen that is too narrow for a table has a sentence for each server, below its question", () => {
  const lines = summarize([idleResults()], { ...PLAIN, columns: 36 }, false);
  expect(lines.join(" ")).toContain(
    "0 to 10,000 idle connections: threaded: 10,000 held, 7.00 → 7.00 µs/message select: 10,000 held, 7.00 → 40.0 µs/message, breaks first: cost ×5.7",
  );
  expect(lines.some((line) => line.startsWith("question"))).toBe(false);
});

test("The terminal gives a difference once: in its answer, or else at the load where it is clearest", () => {
  const results = idleResults();
  const [growth] = results.findings?.findings ?? [];
  const against = { variant: "epoll", axisValue: 0, group: null };
  const slower = (variant: string, at: number, low: number) => ({
    ...(growth as NonNullable<typeof growth>),
    ...({ variant, question: "variants", at, against, effect: low + 1, low, high: low + 2 } as const),
  });
  const findings = results.findings && {
    ...results.findings,
    findings: [
      slower("select", 1000, 1.5),
      slower("select", 10_000, 4.5),
      slower("poll", 1000, 2.5),
      slower("poll", 100, 1.3),
    ],
  };
  const lines = summarize([{ ...results, findings }], { ...PLAIN, columns: 200 }, false);
  expect(lines.filter((line) => line.includes(" times that of "))).toEqual([
    "At 10,000 idle connections the CPU time per message of select is 5.5 times that of epoll.",
    "At 1,000 idle connections the CPU time per message of poll is 3.5 times that of epoll (99 % interval 2.5 to 4.5).",
  ]);
});

test("The terminal says once how many connections a server held, and why it refused the others", () => {
  const results = idleResults();
  const [growth] = results.findings?.findings ?? [];
  const limit = (variant: string, held: number, cause: "refused-descriptor" | null) => ({
    ...(growth as NonNullable<typeof growth>),
    ...({
      variant,
      question: "limit",
      quantity: "held",
      at: 10_000,
      against: null,
      effect: held,
      cause,
    } as const),
  });
  const findings = results.findings && {
    ...results.findings,
    findings: [limit("select", 994, "refused-descriptor"), limit("epoll", 10_000, null)],
  };
  const lines = summarize([{ ...results, findings }], { ...PLAIN, columns: 200 }, false);
  expect(lines.filter((line) => line.includes("held") || line.includes("refused"))).toEqual([
    "select stops scaling first: it held 994 of the connections at 10,000 idle connections, while epoll held all.",
    "select refused the others: their descriptor numbers did not fit into an fd_set.",
  ]);
});

test("The terminal says how many rows of a long table it leaves out", () => {
  const lines = summarize([manyGroups()], PLAIN, false);
  const head = lines.findIndex((line) => line.startsWith("question"));
  const left = lines.findIndex((line) => / rows more: in the report\.$/.test(line));
  expect(left - head - 1 + Number(lines[left]?.split(" ")[0])).toBe(21);
});

test("Servers that hold alike and have no value share a row, after the others", () => {
  const { findings, ...rest } = idleResults();
  const limit = (variant: string, effect: number) => ({
    ...(findings?.findings[0] as NonNullable<typeof findings>["findings"][number]),
    question: "limit" as const,
    quantity: "held" as const,
    axis: "connections" as const,
    against: null,
    variant,
    at: 1000,
    effect,
    verdict: effect === 1000 ? ("at-least" as const) : ("shown" as const),
    cause: effect === 1000 ? null : ("refused-descriptor" as const),
  });
  const held = {
    ...rest,
    repetitions: rest.repetitions
      .filter(({ axisValue }) => axisValue === 1000)
      .map((one) => ({ ...one, axis: "connections" as const })),
    findings: findings && {
      ...findings,
      levels: [],
      findings: [limit("threaded", 1000), limit("select", 990), limit("epoll", 1000)],
    },
  };
  const lines = summarize([held], PLAIN, false);
  const servers = lines.filter((line) => /1,000/.test(line) && / {2}/.test(line));
  expect(servers.map((line) => /select|the others/.exec(line)?.[0])).toEqual(["select", "the others"]);
});

test("The terminal says once why a server failed, and does not repeat that it did", () => {
  const { findings, ...rest } = idleResults();
  const failed = (at: number) => ({
    ...(findings?.findings[0] as NonNullable<typeof findings>["findings"][number]),
    ...({ question: "limit", quantity: "held", against: null, variant: "select", at, effect: 0 } as const),
    ...({ verdict: "shown", cause: "failed" } as const),
  });
  const answer = { incident: "no-echo", sent: "ready?\n", received: "READY?\n" } as const;
  const results = {
    ...rest,
    repetitions: rest.repetitions.map((one) =>
      one.variant === "select" ? { ...one, status: "failed" as const, incidents: [answer] } : one,
    ),
    findings: findings && { ...findings, findings: [failed(0), failed(5000)] },
  };
  const lines = summarize([results], { ...PLAIN, columns: 200 }, false).join("\n");
  expect(lines.match(/^select: The server did not echo the lab's probe: .* came back\.$/gm)).toHaveLength(1);
  expect(lines.match(/select failed at/g)).toHaveLength(1);
  expect(lines).not.toContain("stops scaling first");
});

test("Styles and bars are for terminals that show them", () => {
  const lines = summarize([idleResults()], { columns: 120, hasBars: true, hasStyles: true }, false);
  expect(lines[0]).toContain("\u001b[1m");
  expect(lines.join("")).toContain("█");
  const plain = summarize([idleResults()], PLAIN, false).join("");
  expect(plain).not.toContain("█");
});
