import type { Finding } from "@c10k-lab/protocol";
import { DOUBT_MEANINGS } from "@c10k-lab/words";

/** Returns the reasons why settled findings may not be the server's, each once, as clauses. */
export function listDoubts(findings: readonly Finding[]): string[] {
  const settled = findings.filter(({ verdict }) => verdict !== "not-shown");
  const reasons = new Set(settled.flatMap(({ doubts }) => doubts.map(({ reason }) => reason)));
  return [...reasons].map((reason) => DOUBT_MEANINGS[reason]);
}
