import { Child, readProcessStat } from "@c10k-lab/process";

/** Child processes of one measurement: they end together. */
export class Children {
  readonly #children = new Set<Child>();

  /**
   * Starts a program.
   *
   * @param program path of a TypeScript module or of an executable file
   * @param processors null for all
   */
  start(program: string, args: readonly string[], processors: readonly number[] | null): Child {
    const child = new Child({ program, args, processors });
    this.#children.add(child);
    void child.exited.then(() => this.#children.delete(child));
    return child;
  }

  /** CPU time of the children that run. */
  get cpuMs(): number {
    return [...this.#children].reduce((total, { pid }) => total + (readProcessStat(pid)?.cpuMs ?? 0), 0);
  }

  /** Sends SIGKILL to all and waits for their ends. */
  async kill(): Promise<void> {
    const children = [...this.#children];
    for (const child of children) child.signal("SIGKILL");
    await Promise.all(children.map((child) => child.exited));
  }
}
