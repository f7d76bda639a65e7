import { join } from "node:path";
import { conformance } from "@c10k-lab/server/conformance";

conformance("server-select", join(import.meta.dirname, "../src/main.ts"));
