import { join } from "node:path";
import { conformance } from "@c10k-lab/conformance";

conformance("server-epoll", join(import.meta.dirname, "../src/main.ts"), {
  argsForBatches: (events) => ["--max-events", String(events)],
});
