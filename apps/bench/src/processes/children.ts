import { Child } from "./child.ts";
import { cpuTimeUs } from "./cpu-time.ts";

/** The processes of one measurement: they end together. */
export class Children {
  readonly #children = new Set<Child>();

  /** @param program a module for Node, or an executable file */
  start(program: string, args: readonly string[], processor: number | undefined): Child {
    const child = new Child(program, args, processor);
    this.#children.add(child);
    void child.exited.then(() => this.#children.delete(child));
    return child;
  }

  /** Of those that run. */
  get cpuTimeUs(): number {
    return [...this.#children].reduce((total, { pid }) => total + cpuTimeUs(pid), 0);
  }

  /** Ends them now. */
  async kill(): Promise<void> {
    const children = [...this.#children];
    for (const child of children) child.kill();
    await Promise.all(children.map((child) => child.exited));
  }
}
