import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { runClient } from "./client-process.ts";
import { startMutant } from "./mutant-server.ts";
import { answerWith, MUTANTS } from "./mutants.ts";

test.concurrent.each(MUTANTS)("a server that %s: %s", async (_, outcome, serve) => {
  await using server = await startMutant(serve);
  const result = await runClient(["--port", `${server.port}`, "--connections", "5", "--timeout", "1s"]);
  expect(result.code).toBe(1);
  expect(result.summary().outcomes[outcome as "reset"]).toBe(5);
  expect((await result.rows()).map((row) => row.outcome)).toEqual(Array(5).fill(outcome));
  expect(result.summary().latencyUs.response.failed).toBe(5);
});

test("an echo that comes again when nothing is in flight is wrong-bytes", async () => {
  await using server = await startMutant((socket) =>
    socket.once("data", (data: Buffer) => {
      socket.write(data);
      setTimeout(() => socket.write(data), 100);
    }),
  );
  const args = ["--connections", "4", "--repeat", "1", "--hold", "20s"];
  const result = await runClient(["--port", `${server.port}`, ...args]);
  expect(result.summary().outcomes["wrong-bytes"]).toBe(4);
  // Their messages are answered: none is owed.
  expect(result.summary().latencyUs.response).toMatchObject({ count: 4, failed: 0 });
});

test.concurrent.each([
  ["pauses", ["--think", "300ms"]],
  ["waits until the next message is due", ["--rate", "10"]],
  ["only stays open", ["--repeat", "1", "--hold", "20s"]],
  ["is idle", ["--active", "1", "--think", "200ms"]],
])("a FIN that comes with an echo is eof-early when the connection then %s", async (_, flags) => {
  await using server = await startMutant((socket) => socket.once("data", (data: Buffer) => socket.end(data)));
  const result = await runClient(["--port", `${server.port}`, "--connections", "4", ...flags]);
  expect((await result.rows()).map((row) => row.outcome)).toEqual(Array(4).fill("eof-early"));
});

describe("late echoes", () => {
  const late = (socket: Socket) =>
    socket.on("data", (data: Buffer) => setTimeout(() => socket.write(data), 400));

  test("a late echo within --timeout is in every clock of messages", async () => {
    await using server = await startMutant(late);
    const args = ["--connections", "4", "--rate", "8", "--repeat", "2"];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.code).toBe(0);
    for (const clock of ["firstResponse", "response", "intended"] as const) {
      expect(result.summary().latencyUs[clock].min).toBeGreaterThanOrEqual(390_000);
    }
    expect(result.summary().latencyUs.connect.min).toBeLessThan(390_000);
  });

  test("a late echo beyond --timeout is a timeout", async () => {
    await using server = await startMutant(late);
    const args = ["--connections", "4", "--timeout", "100ms"];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.summary().outcomes.timeout).toBe(4);
  });
});

describe("answers to other messages", () => {
  /** Returns a server that answers each message with the one before it, of any connection. */
  function mixAnswers() {
    let last: Buffer | undefined;
    return answerWith((data) => {
      const answer = last ?? data;
      last = Buffer.from(data);
      return answer;
    });
  }

  test.each([
    ["the default message", []],
    ["--size", ["--size", "30"]],
    ["--size in a range", ["--size", "20..40"]],
  ])("an answer to another message is wrong-bytes: %s", async (_, flags) => {
    await using server = await startMutant(mixAnswers());
    const args = ["--connections", "20", "--timeout", "1s", ...flags];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.code).toBe(1);
    expect(result.summary().outcomes["wrong-bytes"]).toBeGreaterThan(0);
  });

  test("the answer to the message before is wrong-bytes", async () => {
    await using server = await startMutant((socket) => mixAnswers()(socket));
    const result = await runClient(["--port", `${server.port}`, "--connections", "5", "--timeout", "1s"]);
    expect(result.summary().outcomes["wrong-bytes"]).toBe(5);
  });

  test("with --message all messages are the same, and the answer of another is not noticed", async () => {
    await using server = await startMutant(mixAnswers());
    const args = ["--connections", "5", "--message", "This is the payload"];
    const result = await runClient(["--port", `${server.port}`, ...args]);
    expect(result.code).toBe(0);
  });
});
