import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addressFamily,
  decodeAddress,
  encodeAddress,
  formatAddress,
  posix,
  SOCKADDR_BYTES,
} from "../src/index.ts";

const port = fc.integer({ min: 0, max: 65_535 });

test("an encoded IPv4 address and port decode unchanged at any offset", () => {
  fc.assert(
    fc.property(fc.ipV4(), port, fc.nat(40), (host, port, offset) => {
      const sockaddr = encodeAddress({ host, port });
      expect(addressFamily(sockaddr)).toBe(posix.AF_INET);
      const larger = new Uint8Array(offset + SOCKADDR_BYTES);
      larger.set(sockaddr, offset);
      expect(decodeAddress(larger, offset)).toEqual({ host, port });
    }),
  );
});

test("an encoded IPv6 address decodes to its canonical form", () => {
  fc.assert(
    fc.property(fc.ipV6(), port, (host, port) => {
      const sockaddr = encodeAddress({ host, port });
      expect(addressFamily(sockaddr)).toBe(posix.AF_INET6);
      const decoded = decodeAddress(sockaddr);
      expect(decoded.port).toBe(port);
      // An IPv4-mapped address is decoded as an IPv4 address.
      if (isIPv6(decoded.host)) expect(encodeAddress(decoded)).toEqual(sockaddr);
      else expect(isIPv4(decoded.host)).toBe(true);
    }),
  );
});

test("an IPv4-mapped address decodes to the IPv4 address", () => {
  expect(decodeAddress(encodeAddress({ host: "::ffff:192.0.2.7", port: 9 }))).toEqual({
    host: "192.0.2.7",
    port: 9,
  });
});

test("encodeAddress rejects text that is no address", () => {
  const longest = "0000:0000:0000:0000:0000:ffff:255.255.255.255";
  expect(encodeAddress({ host: longest, port: 1 })).toHaveLength(28);
  for (const host of [
    "",
    "localhost",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "::g",
    "127.0.0.1\0x",
    `${longest}5`,
    `${longest}xyz`,
  ]) {
    expect(() => encodeAddress({ host, port: 1 }), host).toThrow(RangeError);
  }
});

test("encodeAddress accepts exactly the texts that Node accepts as addresses", () => {
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ unit: fc.constantFrom(..."0123456789abf:.%"), maxLength: 50 }),
  );
  fc.assert(
    fc.property(text, (host) => {
      const isAddress = (isIPv4(host) || isIPv6(host)) && !host.includes("%");
      if (isAddress) expect(encodeAddress({ host, port: 1 }).length).toBeGreaterThan(0);
      else expect(() => encodeAddress({ host, port: 1 })).toThrow(RangeError);
    }),
    { numRuns: 1000 },
  );
});

test("memory without an address decodes to an empty host and port 0", () => {
  expect(decodeAddress(new Uint8Array(SOCKADDR_BYTES))).toEqual({ host: "", port: 0 });
});

test("formatAddress puts an IPv6 address in brackets", () => {
  expect(formatAddress({ host: "127.0.0.1", port: 80 })).toBe("127.0.0.1:80");
  expect(formatAddress({ host: "::1", port: 80 })).toBe("[::1]:80");
});
