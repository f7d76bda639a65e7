/**
 * The wire: a message is one UTF-8 text line that ends in a newline. A server counts a request when it has read one;
 * it echoes every byte, newline or not, so it needs no parser and `nc` is a client.
 */
export const NEWLINE = 0x0a;

// Below this many bytes a loop in JavaScript beats the call into the runtime's memchr.
const LOOP_BYTES = 96;

/** Newlines in `bytes[0, length)`. Allocates nothing: it runs once a recv(2). */
export function countMessages(bytes: Uint8Array, length: number): number {
  let messages = 0;
  if (length <= LOOP_BYTES) {
    for (let at = 0; at < length; at++) {
      if (bytes[at] === NEWLINE) messages++;
    }
    return messages;
  }
  let at = bytes.indexOf(NEWLINE);
  while (at >= 0 && at < length) {
    messages++;
    at = bytes.indexOf(NEWLINE, at + 1);
  }
  return messages;
}
