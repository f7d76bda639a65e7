/** Local IPv4 addresses to connect from: `first` and the `count - 1` above it. Plain data, to be handed to the worker. */
export interface SourceRange {
  /** First address as a number: 127.0.0.1 is 0x7f000001. */
  readonly first: number;
  readonly count: number;
}

/**
 * Reads "127.0.0.1/26", the addresses of a network without its first and last (the network and its broadcast address), or
 * "127.0.0.5", one address.
 *
 * @returns null when it is neither
 */
export function parseSourceRange(text: string): SourceRange | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text);
  if (!match) return null;
  const bytes = match.slice(1, 5).map(Number);
  const prefixBits = match[5] === undefined ? 32 : Number(match[5]);
  if (bytes.some((byte) => byte > 255) || prefixBits > 32 || prefixBits < 8) return null;
  const address = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const size = 2 ** (32 - prefixBits);
  const network = address - (address % size);
  return size <= 2 ? { first: network, count: size } : { first: network + 1, count: size - 2 };
}
