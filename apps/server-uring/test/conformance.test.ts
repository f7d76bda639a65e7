import { join } from "node:path";
import { conformance } from "@c10k-lab/conformance";

const main = join(import.meta.dirname, "../src/main.ts");

// "failing accepts" injects errors into accept4(2): here the kernel accepts without that call.
conformance("server-uring", main, {
  without: ["failing accepts"],
  hasCallPerMessage: false,
  argsForBatches: (events) => ["--entries", String(events), "--completions", String(events)],
});

conformance("server-uring --ring plain", main, {
  args: ["--ring", "plain"],
  groups: ["echo", "half-close", "churn", "urgent", "shutdown"],
  hasCallPerMessage: false,
});
