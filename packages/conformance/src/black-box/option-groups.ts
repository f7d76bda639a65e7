import type { Level } from "./case.ts";

/** Group of cases that need options of this project's servers. */
export interface OptionGroup {
  /** One sentence. */
  readonly demand: string;
  /** Options and files that the cases need. */
  readonly needs: string;
}

/** Level of all of them. */
export const OPTION_GROUP_LEVEL: Level = "production";

/** Groups by name. The tests of this project's servers run them; for any other server they are not applicable. */
export const OPTION_GROUPS = {
  echo: { demand: "Rows and totals count the echoed bytes and lines.", needs: "--stats, --host" },
  "half-close": { demand: "A connection that closes without a byte has a row.", needs: "--stats" },
  fairness: { demand: "Clients that never read cost one buffer each.", needs: "--metrics-port" },
  peers: {
    demand: "Clients that never read, or whose host has vanished, are closed and counted.",
    needs: "--stall-timeout, --peer-timeout",
  },
  queue: {
    demand: "Clients that overflow the accept queue are served later.",
    needs: "--backlog, a network namespace",
  },
  churn: { demand: "Each connection has one row, whatever ended it.", needs: "--stats" },
  limits: {
    demand: "Clients beyond a limit are refused with an end of file, and silent ones are closed.",
    needs: "--max-connections, --idle-timeout",
  },
  urgent: { demand: "Urgent bytes are echoed and cost nothing later.", needs: "--metrics-port" },
  shutdown: {
    demand: "A stopped server drains its connections, writes every row and exits 0.",
    needs: "--drain-timeout, --stats",
  },
  results: {
    demand: "Files and lines are complete, also after SIGKILL or on a full disk.",
    needs: "--stats",
  },
  names: { demand: "A name server that does not answer delays nothing.", needs: "--stats" },
  lifecycle: { demand: "SIGWINCH does not disturb echoes, and the ledgers agree.", needs: "--stats" },
  failures: {
    demand: "An error of the server itself, or an output that nobody reads, costs no row.",
    needs: "--stats, --drain-timeout",
  },
  freeze: { demand: "A freeze does not make clients look silent.", needs: "--idle-timeout" },
  monitoring: { demand: "Metrics and the list of connections are the server's.", needs: "--metrics-port" },
  "command line": { demand: "Wrong usage is one sentence and exit code 2.", needs: "this project's options" },
  "failing accepts": {
    demand: "Failures of accept4(2) cost no connection and are counted.",
    needs: "--stats, accept4(2)",
  },
  "system calls": { demand: "The final line counts exactly the system calls.", needs: "the final line" },
  loading: { demand: "No thread loads packages that it does not need.", needs: "a server in TypeScript" },
  cost: {
    demand: "A message costs no more system calls and memory than its bounds.",
    needs: "a server in TypeScript",
  },
} as const satisfies Record<string, OptionGroup>;
export type OptionGroupName = keyof typeof OPTION_GROUPS;
