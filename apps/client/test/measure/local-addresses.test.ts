import { addressFamily, encodeAddress } from "@c10k-lab/posix";
import { expect, test } from "vitest";
import { LocalAddresses } from "../../src/measure/local-addresses.ts";

test.each([
  { hosts: ["127.0.0.1", "10.1.2.3", "127.0.0.1"], bytes: 6 },
  { hosts: ["::1", "2001:db8::ffff:1", "::1"], bytes: 4 },
])("addresses such as $hosts.1 come back whole from $bytes bytes each", ({ hosts, bytes }) => {
  const addresses = hosts.map((host, index) => ({ host, port: 65_535 - index }));
  const family = addressFamily(encodeAddress({ host: hosts[0] ?? "", port: 0 }));
  const kept = LocalAddresses.allocate(hosts.length, family);
  expect(kept.memory.rows.byteLength).toBe(hosts.length * bytes);
  for (const [index, address] of addresses.entries()) kept.keep(index, encodeAddress(address));
  const reader = new LocalAddresses(kept.memory);
  expect(addresses.map((_, index) => reader.read(index))).toEqual(addresses);
});
