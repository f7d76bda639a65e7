import { existsSync, readFileSync } from "node:fs";
import { getuid } from "node:process";
import { TestProgram, until } from "@c10k-lab/process/testing";

/** Program that the injection into a running server takes. Without root, Yama may let strace(1) trace only its own children. */
export const ATTACHING =
  getuid?.() === 0 || readScope() === "0" ? "strace" : "strace as root, or kernel.yama.ptrace_scope 0";

function readScope(): string {
  const file = "/proc/sys/kernel/yama/ptrace_scope";
  return existsSync(file) ? readFileSync(file, "utf8").trim() : "0";
}

/** Failures of a system call, which strace(1) injects into a running server. Their disposal leaves the server to itself. */
export class FailingCalls implements AsyncDisposable {
  readonly #strace: TestProgram;

  private constructor(strace: TestProgram) {
    this.#strace = strace;
  }

  /**
   * Makes the next calls of each thread fail. Resolves when strace(1) is attached.
   *
   * @param target all threads of a process, or one thread
   */
  static async inject(
    target: { readonly pid: number } | { readonly thread: number },
    call: string,
    error: string,
    failures: number,
  ): Promise<FailingCalls> {
    const traced = "pid" in target ? ["-f", "-p", String(target.pid)] : ["-p", String(target.thread)];
    const inject = `inject=${call}:error=${error}:when=1..${failures}`;
    const args = ["-o", "/dev/null", "-e", `trace=${call}`, "-e", inject, ...traced];
    const strace = new TestProgram({ program: "strace", args });
    await until(() => strace.stderr.includes(" attached"), "strace is attached");
    return new FailingCalls(strace);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It detaches, and the server goes on without it.
    this.#strace.signal("SIGINT");
    await this.#strace.exited;
  }
}
