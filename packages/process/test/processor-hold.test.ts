import { allowedProcessors, monotonicUs, pinTo } from "@c10k-lab/posix";
import { cpuUs, isFrozen, ProcessorHold } from "@c10k-lab/process";
import { TestProgram, until } from "@c10k-lab/process/testing";
import { expect, onTestFinished, test } from "vitest";

/** Starts a program that never leaves its processor by itself. */
async function startSpinner(processor: number): Promise<number> {
  const program = new TestProgram({ program: "sh", args: ["-c", "while :; do :; done"] });
  onTestFinished(async () => {
    program.signal("SIGKILL");
    await program.exited;
  });
  pinTo([processor], program.pid);
  await until(() => cpuUs(program.pid) > 20_000, "the program runs");
  return program.pid;
}

async function startHold(processor: number): Promise<ProcessorHold> {
  const hold = await ProcessorHold.start(processor);
  onTestFinished(() => hold.stop());
  return hold;
}

test("while a processor is held, the clocks of programs on it are exact", async () => {
  const [processor = 0] = allowedProcessors();
  const pid = await startSpinner(processor);
  const hold = await startHold(processor);
  // Where others take this test's own processor, a hold may be lost.
  for (let held = 0; held < 10; ) {
    const startUs = cpuUs(pid);
    await until(() => cpuUs(pid) > startUs, "the program runs");
    const { value: readUs, isHeld } = hold.during(() => {
      const us = cpuUs(pid);
      // It stops at its next turn: the clock of a process that is stopped is exact.
      process.kill(pid, "SIGSTOP");
      return us;
    });
    await until(() => isFrozen(pid), "the program is stopped");
    if (isHeld) expect(cpuUs(pid) - readUs).toBeLessThan(500);
    if (isHeld) held++;
    process.kill(pid, "SIGCONT");
  }
});

test("a processor is given back after a millisecond, and a reader who takes longer is told", async () => {
  const [processor = 0] = allowedProcessors();
  const pid = await startSpinner(processor);
  const hold = await startHold(processor);
  const { isHeld } = hold.during(() => {
    const firstUs = cpuUs(pid);
    const endUs = monotonicUs() + 5e6;
    while (cpuUs(pid) === firstUs && monotonicUs() < endUs);
    expect(cpuUs(pid)).toBeGreaterThan(firstUs);
  });
  expect(isHeld).toBe(false);
});
