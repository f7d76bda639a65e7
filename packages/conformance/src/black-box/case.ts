import type { Visit } from "../probe/visit.ts";

/** `course`: what a first echo server must do. `production`: what a service must do as well. */
export const LEVELS = ["course", "production"] as const;
export type Level = (typeof LEVELS)[number];

/** One demand on an echo server, judged from outside: its socket, and /proc where its processes can be seen. */
export interface BlackBoxCase {
  readonly name: string;
  /** One sentence. */
  readonly demand: string;
  readonly level: Level;
  /** Usual cause of a failure. */
  readonly hint: string;
  /** Cases that must pass before this one can judge: without them a failure would have another cause. */
  readonly requires: readonly string[];
  /** The hint also says why a server ends in this case. */
  readonly explainsEnd?: true;
  /** The server ends during the check. */
  readonly endsServer?: true;
  /** The case measures memory or limits the server: nobody else may have been served before, or be served afterwards. */
  readonly needsFreshServer?: true;
  /** @throws CaseFailure, NotApplicable */
  check(visit: Visit): Promise<void>;
}
