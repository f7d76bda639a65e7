import { join } from "node:path";
import { conformance } from "@c10k-lab/server/conformance";

conformance("server-threaded", join(import.meta.dirname, "../src/main.ts"), { writesShort: false });
