import { join } from "node:path";
import { conformance } from "@c10k-lab/conformance";

conformance("server-select", join(import.meta.dirname, "../src/main.ts"), {
  argsForMany: ["--fd-setsize", "20000"],
});
