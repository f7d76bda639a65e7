import { parseOptions, parsePlainOptions, UsageError } from "@c10k-lab/cli";
import { describe, expect, test } from "vitest";
import { contract } from "../../src/contract.ts";
import { resolveWorkload } from "../../src/workload/workload.ts";

const PROGRAM = { ...contract, envPrefix: "NONE" };

function workload(...argv: string[]) {
  const options = parsePlainOptions(PROGRAM, argv);
  if (options === null) throw new Error(`${argv.join(" ")} cannot be read`);
  return resolveWorkload(options);
}

describe("defaults", () => {
  test("100 connections × 20 messages of 20 bytes that differ", () => {
    expect(workload()).toMatchObject({
      connections: 100,
      active: 100,
      messagesEach: 20,
      barrier: true,
      ratePerSecond: null,
      message: null,
      texts: "numbered",
      sizeBytes: { from: 20, to: 20 },
    });
  });

  test("a message that is given is sent as it is", () => {
    const { message } = workload("--message", "This is the payload");
    expect(Buffer.from(message ?? []).toString()).toBe("This is the payload\n");
  });

  test("a bound on time or data replaces the bound on messages", () => {
    expect(workload("--duration", "2s")).toMatchObject({
      durationMs: 2000,
      messagesEach: Number.POSITIVE_INFINITY,
    });
    expect(workload("--transfer", "1MiB")).toMatchObject({
      bytesEach: 2 ** 20,
      messagesEach: Number.POSITIVE_INFINITY,
    });
  });

  test("a message may be any UTF-8 text; its size is in bytes", () => {
    expect(workload("--message", "größer €").sizeBytes).toEqual({ from: 13, to: 13 });
  });
});

describe("--active", () => {
  test.each([
    [[], 100],
    [["--active", "7"], 7],
    [["--active", "100"], 100],
    [["--active", "10%"], 10],
    [["--active", "1%", "--connections", "20"], 1],
  ])("%j", (argv, active) => {
    expect(workload(...argv).active).toBe(active);
  });
});

describe("a mistake is one sentence", () => {
  test.each([
    [["--size", "0"], "--size: 0 is not a message size"],
    [["--size", "9..3"], "the range 9..3 is reversed: write 3..9"],
    [["--message", "a\nb"], "a message is one line"],
    [["--message", "a", "--size", "5"], "--message and --size exclude each other"],
    [["--repeat", "5", "--duration", "1s"], "--repeat and --duration exclude each other"],
    [["--rate", "5", "--think", "1s"], "--rate and --think exclude each other"],
    [["--rate", "5", "--no-barrier"], "--rate and --no-barrier exclude each other"],
    [["--active", "5", "--no-barrier"], "--active and --no-barrier exclude each other"],
    [["--active", "0"], "--active: 0 of 100 connections is not possible"],
    [["--active", "101"], "--active: 101 of 100 connections is not possible"],
    [["--active", "101%"], "101% is more than all"],
    [["--active", "half"], "'half' is neither a number nor a percentage"],
    [["--start-at", "soon"], "'soon' is not a moment"],
    [["--source", "::1"], "--source: '::1' is not an IPv4 network"],
    [["--port", "70000"], "--port: 70000 is not a port"],
    [["--connections", "-3"], "--connections"],
    [["--no-such-flag"], "unknown option --no-such-flag (see --help)"],
  ])("%j", async (argv, sentence) => {
    const refused = parseOptions(PROGRAM, argv).then(resolveWorkload);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(sentence);
  });
});
