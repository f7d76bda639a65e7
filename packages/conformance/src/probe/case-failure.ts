/** Facts of a failed case. */
export interface Evidence {
  /** One sentence. */
  readonly observed: string;
  /** Start of the bytes that were sent, as text with escapes. */
  readonly sent?: string | undefined;
  /** Start of the bytes that came back, or the bytes around the first difference. */
  readonly received?: string | undefined;
  /** Time from sending to the failure, ms. */
  readonly afterMs?: number | undefined;
}

/** Failure of a server to meet a demand. */
export class CaseFailure extends Error {
  override readonly name = "CaseFailure";
  readonly evidence: Evidence;
  /** Usual cause where it is another one than the case's; otherwise null. */
  readonly hint: string | null;

  constructor(observed: string, further: Omit<Evidence, "observed"> = {}, hint: string | null = null) {
    const details = Object.entries(further).map(([name, value]) => `${name} ${value}`);
    super([observed, ...details].join("; "));
    this.evidence = { observed, ...further };
    this.hint = hint;
  }
}

/** Usual cause of an answer that is right so far, but late. */
export const SLOW =
  "the server is slow: it sleeps for each message or client, or reads or sends few bytes with each call";

/** Usual cause of an answer of the right length in which few bytes differ. */
export const CHANGED =
  "bytes are changed: text is converted, or the buffer is written to while its bytes are being sent";

/** Usual cause where nothing comes back on any connection. */
export const SILENT =
  "the server does not call accept(2) or recv(2), or keeps bytes until a buffer is full or the client has left";

/** Usual cause where clients are served one after the other up to some number. */
export const FULL = "an array or a pool of threads or processes has fewer places than clients";

/** Usual cause where clients are served one after the other, and a later one is not. */
export const USED_UP =
  "places of clients who have left are not used again: an array, a list or a counter that only grows";

/** Usual cause of a reset where a connection could have ended. */
export const RESET = "SO_LINGER of 0 s, or close(2) while input is unread: the kernel then sends a reset";

/** Reason why a case cannot judge this server. */
export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
}

const SHOWN_BYTES = 48;

/** Returns bytes as quoted text with the escapes of C, at most 48 of them from `from` on. */
export function showBytes(bytes: Uint8Array, from = 0): string {
  const shown = `"${Array.from(bytes.subarray(from, from + SHOWN_BYTES), showByte).join("")}"`;
  const isWhole = from === 0 && bytes.length <= SHOWN_BYTES;
  return isWhole ? shown : `${shown} (${SHOWN_BYTES} of ${bytes.length} bytes, from byte ${from} on)`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  '"': '\\"',
  "\\": "\\\\",
};

/** A terminal would obey control characters, also those from 0x80 on. */
function showByte(byte: number): string {
  const char = String.fromCharCode(byte);
  const isPrintable = byte >= 0x20 && byte < 0x7f;
  return ESCAPES[char] ?? (isPrintable ? char : `\\x${byte.toString(16).padStart(2, "0")}`);
}
