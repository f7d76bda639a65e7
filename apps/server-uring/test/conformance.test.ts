import { join } from "node:path";
import { conformance } from "@c10k-lab/conformance";

const main = join(import.meta.dirname, "../src/main.ts");

/** All groups but "failing accepts", which injects errors into accept4(2): here the kernel accepts without that call. */
const GROUPS = [
  "black box",
  "echo",
  "half-close",
  "fairness",
  "peers",
  "churn",
  "limits",
  "urgent",
  "shutdown",
  "results",
  "lifecycle",
  "freeze",
  "monitoring",
  "command line",
  "system calls",
  "loading",
] as const;

conformance("server-uring", main, { groups: GROUPS, hasCallPerMessage: false });

conformance("server-uring --ring plain", main, {
  args: ["--ring", "plain"],
  groups: ["echo", "half-close", "churn", "urgent", "shutdown"],
  hasCallPerMessage: false,
});
