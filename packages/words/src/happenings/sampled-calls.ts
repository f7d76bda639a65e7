import type { CallsRefusal, RepetitionResult } from "@c10k-lab/protocol";
import { listed } from "../phrases/numbers.ts";

const REASONS: Readonly<Record<CallsRefusal["reason"], string>> = {
  "no-strace": "strace(1) is not installed",
  "not-permitted": "strace(1) may not trace here",
  ended: "the processes were gone",
  "too-slow": "strace(1) did not attach in time",
  "no-messages": "no message came back under strace(1)",
};

type Refused = Pick<RepetitionResult, "variant"> & {
  readonly evidence: Pick<RepetitionResult["evidence"], "callsRefusal">;
};

/** Returns a sentence for each reason why system calls of foreign servers were not sampled. */
export function describeRefusedCalls(repetitions: readonly Refused[]): string[] {
  const refused = repetitions.flatMap(({ variant, evidence: { callsRefusal } }) =>
    callsRefusal === null ? [] : [{ variant, ...callsRefusal }],
  );
  const byReason = Map.groupBy(refused, ({ reason, answer }) => {
    const said = answer.replace(/^strace: /, "").replace(/\b\d+\b/g, "PID");
    return `${REASONS[reason]}${said === "" ? "" : ` (${said})`}`;
  });
  return [...byReason].map(
    ([reason, of]) =>
      `System calls of ${listed([...new Set(of.map(({ variant }) => variant))])} are not sampled: ${reason}.`,
  );
}
