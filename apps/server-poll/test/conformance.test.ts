import { join } from "node:path";
import { conformance } from "@c10k-lab/conformance";

conformance("server-poll", join(import.meta.dirname, "../src/main.ts"));
