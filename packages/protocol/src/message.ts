/**
 * The wire: a message is one UTF-8 text line that ends in a newline. A server counts a request when it has read one;
 * it echoes every byte, newline or not, so it needs no parser and `nc` is a client.
 */
export const NEWLINE = 0x0a;

// Up to here a loop in JavaScript is faster than the call into the runtime's memchr.
const LOOP_BYTES = 32;

/**
 * Counts the newlines in `bytes[0, length)`. Allocates nothing: it runs once a recv(2).
 *
 * @param bytes a Buffer: unlike Uint8Array's, its indexOf is memchr and can be told where to stop. One that searched on
 *   through the rest of a 16 KiB buffer cost more than the echo itself.
 */
export function countMessages(bytes: Buffer, length: number): number {
  let messages = 0;
  if (length <= LOOP_BYTES) {
    for (let at = 0; at < length; at++) {
      if (bytes[at] === NEWLINE) messages++;
    }
    return messages;
  }
  for (let at = nextNewline(bytes, 0, length); at >= 0; at = nextNewline(bytes, at + 1, length)) messages++;
  return messages;
}

function nextNewline(bytes: Buffer, from: number, end: number): number {
  return bytes.indexOf(NEWLINE, from, end);
}
