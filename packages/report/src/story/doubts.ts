import type { Finding } from "@c10k-lab/protocol";
import { DOUBT_MEANINGS } from "@c10k-lab/words";

/** Returns the reasons why settled findings may not be the server's, each once, as one sentence; null where there is none. */
export function describeDoubts(findings: readonly Finding[]): string | null {
  const settled = findings.filter(({ verdict }) => verdict !== "not-shown");
  const reasons = new Set(settled.flatMap(({ doubts }) => doubts.map(({ reason }) => reason)));
  if (reasons.size === 0) return null;
  return `In most repetitions ${[...reasons].map((reason) => DOUBT_MEANINGS[reason]).join("; ")}.`;
}
