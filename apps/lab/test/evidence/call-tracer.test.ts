import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { CallTracer, parseCounts } from "../../src/evidence/call-tracer.ts";

test("the table of strace -c gives the calls by name, with and without errors, without the total", () => {
  const table = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 61.20    0.000153           3        40         2 read
 38.80    0.000097           2        38           write
------ ----------- ----------- --------- --------- ----------------
100.00    0.000250           3        78         2 total
`;
  expect(parseCounts(table)).toEqual({ read: 40, write: 38 });
});

test("a table without rows gives no calls", () => {
  expect(parseCounts("")).toEqual({});
});

test("without strace the reason is that it is not installed", async () => {
  const { PATH } = process.env;
  process.env.PATH = "/nowhere";
  try {
    expect(await CallTracer.attach([process.pid])).toEqual({ reason: "no-strace", answer: "" });
  } finally {
    process.env.PATH = PATH;
  }
});

test("a process that has ended cannot be traced, and one that lives beside it is", async () => {
  const sleeper = spawn("sleep", ["60"]);
  const ended = spawn("true");
  await once(ended, "exit");
  const gone = ended.pid ?? 0;
  try {
    expect(await CallTracer.attach([gone])).toMatchObject({ reason: "ended" });
    const tracer = await CallTracer.attach([gone, sleeper.pid ?? 0]);
    if (!(tracer instanceof CallTracer)) throw new Error(tracer.answer);
    expect((await tracer.detach(1)).sampledCalls).toMatchObject({ messages: 1 });
  } finally {
    sleeper.kill();
  }
});
