import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HandedOver, HandOver } from "../../src/engines/swarm/hand-over.ts";

const MODULE = join(import.meta.dirname, "../../../../docker/hand-over.mjs");
/** Larger than a pipe, and than a line of the engine's log once it is packed. */
const ROWS = Array.from({ length: 40_000 }, (_, row) => `${row},${(row * 2654435761) % 4294967296}\n`).join(
  "",
);

let lines: string[];
const folder = mkdtempSync(join(tmpdir(), "c10k-hand-over-"));

beforeAll(async () => {
  writeFileSync(join(folder, "client.csv"), ROWS);
  writeFileSync(join(folder, "client.json"), "");
  const app = join(folder, "..", `${basename(folder)}.mjs`);
  writeFileSync(app, 'console.log(\'{"event":"listening"}\'); process.exitCode = 1;');
  const program = `
    const { runAndHandOver } = await import(${JSON.stringify(MODULE)});
    await runAndHandOver(${JSON.stringify(folder)}, [${JSON.stringify(app)}]);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program]);
  const ended = once(child, "exit");
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (output.includes('"handed-over"')) child.kill("SIGTERM");
  });
  expect(await ended).toEqual([1, null]);
  rmSync(app);
  lines = output.trimEnd().split("\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("results that come back through a log", () => {
  test("all files arrive whole beside the lines of the app, with the exit code and an account of the node", async () => {
    const { files, own, result } = await take(lines);
    expect(own).toEqual(['{"event":"listening"}']);
    expect(result).toEqual({ code: 1, signal: null, isOutOfMemory: false, lost: [] });
    expect(files.get("client.csv")).toBe(ROWS);
    expect(files.get("client.json")).toBe("");
    const account = JSON.parse(files.get("node.json") ?? "");
    expect(account).toMatchObject({ before: { stat: expect.stringMatching(/^cpu /) } });
    expect(account.after.atMs).toBeGreaterThan(account.before.atMs);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(16_384);
  });

  test("a lost, a doubled and a changed line each lose their file, and no other", async () => {
    const at = lines.findIndex((line) => line.includes('"client.csv"')) + 2;
    const line = lines[at] as string;
    const changed = line.replace(/^./, (first) => (first === "A" ? "B" : "A"));
    for (const wrong of [[], [line, line], [changed]]) {
      const { files, result } = await take(lines.toSpliced(at, 1, ...wrong));
      expect(result.lost).toEqual(["client.csv"]);
      expect([...files.keys()].sort()).toEqual(["client.json", "node.json"]);
    }
  });

  test("a file whose first line is lost is counted", async () => {
    const at = lines.findIndex((line) => line.includes('"client.json"'));
    expect((await take(lines.toSpliced(at, 2))).result.lost).toEqual(["unnamed"]);
  });

  test("a file goes nowhere else than into the folder", async () => {
    const outside = lines.map((line) => line.replace('"client.json"', '"../client.json"'));
    const { files, result } = await take(outside);
    expect(result.lost).toEqual(["../client.json"]);
    expect([...files.keys()]).not.toContain("../client.json");
  });
});

async function take(all: readonly string[]) {
  const files = new Map<string, string>();
  const own: string[] = [];
  const handOver = new HandOver((name, content) => files.set(name, content.toString("utf8")));
  for (const line of all) if (!handOver.take(line)) own.push(line);
  const result: HandedOver = await handOver.finished;
  return { files, own, result };
}
