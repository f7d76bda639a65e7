import { expect, test } from "vitest";
import { expectRefusal } from "../../harness/expectations.ts";
import { runToEnd } from "../../harness/server-process.ts";
import type { Subject } from "../../harness/subject.ts";

/** Samples of wrong usage. packages/cli tests all kinds; these show that each server uses its parser. */
const MISTAKES: readonly (readonly [words: string, args: readonly string[], names: RegExp])[] = [
  ["a port above 65535", ["--port", "70000"], /--port.*70000/],
  ["a negative number", ["--max-connections=-1"], /--max-connections.*-1/],
  ["an unknown option", ["--colour", "blue"], /colour/],
  ["a duration without a unit", ["--idle-timeout", "5"], /--idle-timeout.*5/],
  ["a switch that is neither on nor off", ["--no-delay", "maybe"], /--no-delay.*maybe/],
];

export function commandLineCases(subject: Subject): void {
  test.each(MISTAKES)(
    "for %s the server prints one sentence to stderr and exits 2",
    async (_, args, names) => {
      const stderr = await expectRefusal(subject.main, args, 2);
      expect(stderr).toMatch(/^server-\w+: /);
      expect(stderr).toMatch(names);
    },
  );

  test("for a wrong value in the environment the server prints one sentence and exits 2", async () => {
    expect(await expectRefusal(subject.main, [], 2, { ECHO_PORT: "70000" })).toMatch(/^server-\w+: .*70000/);
  });

  test("for an address of another machine the server prints one sentence and exits 1", async () => {
    const args = ["--host", "192.0.2.1", "--port", "0"];
    expect(await expectRefusal(subject.main, args, 1)).toMatch(/^server-\w+: .*192\.0\.2\.1/);
  });

  test("--help lists every option, and the server exits 0", async () => {
    const { code, stdout } = await runToEnd(subject.main, ["--help"]);
    expect(code).toBe(0);
    for (const option of [
      "--host",
      "--port",
      "--backlog",
      "--max-connections",
      "--idle-timeout",
      "--no-delay",
      "--stats",
    ]) {
      expect(stdout).toContain(option);
    }
  });
}
