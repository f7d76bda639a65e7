import { errorName } from "@c10k-lab/posix";
import type { FinalLine } from "@c10k-lab/protocol";
import { CLOSE_REASONS } from "@c10k-lab/protocol/names";
import type { LedgerReader } from "@c10k-lab/stats";
import { COUNTER, type Ledger } from "@c10k-lab/stats/ledger";
import { usageNow } from "@c10k-lab/stats/usage";

/** Returns the ledger's present totals in the form of the final line. */
export function readTotals(
  server: string,
  ledger: Ledger,
  reader: LedgerReader,
  durationMs: number,
): FinalLine {
  const { requests, bytesReceived, bytesSent, recvCalls, sendCalls, closed } = reader.totals();
  const byReason = CLOSE_REASONS.map((reason, code) => [reason, closed[code] ?? 0]);
  return {
    event: "final",
    server,
    durationMs: Math.round(durationMs),
    accepted: ledger.counter(COUNTER.accepted),
    refused: ledger.counter(COUNTER.refused),
    peak: ledger.counter(COUNTER.peak),
    closed: Object.fromEntries(byReason) as FinalLine["closed"],
    requests,
    bytesReceived,
    bytesSent,
    acceptErrors: countByName(ledger.acceptErrors),
    shortWrites: ledger.counter(COUNTER.shortWrites),
    staleEvents: ledger.counter(COUNTER.staleEvents),
    calls: {
      accept: ledger.counter(COUNTER.acceptCalls),
      recv: recvCalls,
      send: sendCalls,
      wait: ledger.counter(COUNTER.waitCalls),
      control: ledger.counter(COUNTER.controlCalls),
    },
    events: ledger.counter(COUNTER.events),
    descriptorsScanned: ledger.counter(COUNTER.descriptorsScanned),
    wordsScanned: ledger.counter(COUNTER.wordsScanned),
    usage: usageNow(),
  };
}

/** Returns the counts above zero, keyed by the error's name. */
function countByName(byErrno: Float64Array): Record<string, number> {
  const errors: Record<string, number> = {};
  byErrno.forEach((count, errno) => {
    if (count > 0) errors[errorName(errno)] = count;
  });
  return errors;
}
