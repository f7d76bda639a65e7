import { CLOSE_REASONS, type CloseReason } from "@c10k-lab/protocol/names";

/** Codes of the close reasons in the ledger: indexes into CLOSE_REASONS. */
export const CLOSE_CODE = Object.fromEntries(CLOSE_REASONS.map((reason, index) => [reason, index])) as Record<
  CloseReason,
  number
>;
