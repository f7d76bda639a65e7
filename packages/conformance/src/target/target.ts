import type { ProcessTree } from "./process-tree.ts";

/** Running server under test. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Its processes; null when it runs on another machine or was started by somebody else. */
  readonly processes: ProcessTree | null;
}
