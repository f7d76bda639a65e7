import { allowedProcessors, monotonicUs, pinTo } from "@c10k-lab/posix";
import { ClockReader, cpuUs, isFrozen } from "@c10k-lab/process";
import { TestProgram, until } from "@c10k-lab/process/testing";
import { expect, onTestFinished, test } from "vitest";

const [PROCESSOR = 0] = allowedProcessors();
/** Time in which a signal reaches a program that runs. */
const SIGNAL_US = 500;

/** Starts a program that never leaves its processor by itself. */
async function startSpinner(): Promise<number> {
  const program = new TestProgram({ program: "sh", args: ["-c", "while :; do :; done"] });
  onTestFinished(async () => {
    program.signal("SIGKILL");
    await program.exited;
  });
  pinTo([PROCESSOR], program.pid);
  await until(() => cpuUs(program.pid) > 20_000, "the program runs");
  return program.pid;
}

async function startReader(): Promise<ClockReader> {
  const reader = await ClockReader.start(PROCESSOR);
  onTestFinished(() => reader.stop());
  return reader;
}

test("the clock of a program that runs is exact", async () => {
  const pid = await startSpinner();
  const reader = await startReader();
  for (let exact = 0; exact < 10; ) {
    const startUs = cpuUs(pid);
    await until(() => cpuUs(pid) > startUs, "the program runs");
    const { atUs, cpuUs: clocks, isExact } = reader.read([pid]);
    process.kill(pid, "SIGSTOP");
    // The clock of a process that is stopped is exact; meanwhile it can have used no more than all of the time.
    const mostUs = monotonicUs() - atUs + SIGNAL_US;
    await until(() => isFrozen(pid), "the program is stopped");
    if (isExact) expect(cpuUs(pid) - (clocks.get(pid) ?? 0)).toBeLessThan(mostUs);
    if (isExact) exact++;
    process.kill(pid, "SIGCONT");
  }
});

test("a process that has ended has no clock, and more than 64 are read without the thread", async () => {
  const reader = await startReader();
  const gone = new TestProgram({ program: "true", args: [] });
  await gone.exited;
  const { cpuUs: clocks } = reader.read([process.pid, gone.pid]);
  expect(clocks.get(process.pid)).toBeGreaterThan(0);
  expect(clocks.get(gone.pid)).toBeNaN();
  const many = Array.from({ length: 65 }, () => process.pid);
  expect(reader.read(many)).toMatchObject({ isExact: false });
});
