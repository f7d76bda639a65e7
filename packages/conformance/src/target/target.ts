import type { ProcessTree } from "./process-tree.ts";

/** Running server under test. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Its processes; null when it runs on another machine or this program did not start it. */
  readonly processes: ProcessTree | null;
}
