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

function waitUs(us: number): void {
  for (const endUs = monotonicUs() + us; monotonicUs() < endUs; );
}

async function startHold(processor: number): Promise<ProcessorHold> {
  const hold = await ProcessorHold.start(processor);
  onTestFinished(() => hold.stop());
  return hold;
}

test("while a processor is held, the clocks of programs on it are exact, and do not move", async () => {
  const [processor = 0] = allowedProcessors();
  const pid = await startSpinner(processor);
  const hold = await startHold(processor);
  for (let holds = 0; holds < 20; holds++) {
    const startUs = cpuUs(pid);
    await until(() => cpuUs(pid) > startUs, "the program runs");
    const [firstUs, secondUs] = hold.during(() => {
      const first = cpuUs(pid);
      waitUs(100);
      // It stops at its next turn: the clock of a process that is stopped is exact.
      process.kill(pid, "SIGSTOP");
      return [first, cpuUs(pid)];
    });
    expect(secondUs).toBe(firstUs);
    await until(() => isFrozen(pid), "the program is stopped");
    expect(cpuUs(pid) - firstUs).toBeLessThan(1000);
    process.kill(pid, "SIGCONT");
  }
});

test("a processor is given back after a millisecond, even while its holder is still busy", async () => {
  const [processor = 0] = allowedProcessors();
  const pid = await startSpinner(processor);
  const hold = await startHold(processor);
  hold.during(() => {
    const firstUs = cpuUs(pid);
    const endUs = monotonicUs() + 5e6;
    while (cpuUs(pid) === firstUs && monotonicUs() < endUs);
    expect(cpuUs(pid)).toBeGreaterThan(firstUs);
  });
});
