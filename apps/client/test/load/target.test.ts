import type { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { findTarget } from "../../src/load/target.ts";

test("trial 22: an IPv6 address with an interface is refused with one sentence", async () => {
  await expect(findTarget("fe80::1%lo", 1, false)).rejects.toThrow(
    "not an IP address without an interface (the part after %): fe80::1%lo",
  );
});

const address = { netmask: "", mac: "", internal: true } as const;
const IPV4 = { lo: [{ ...address, family: "IPv4", address: "127.0.0.1", cidr: "127.0.0.1/8" }] } as const;
const BOTH = {
  lo: [...IPV4.lo, { ...address, family: "IPv6", address: "::1", cidr: "::1/128", scopeid: 0 }],
} satisfies ReturnType<typeof networkInterfaces>;

test("trial R2: without IPv6 an IPv6 address is no target, and said to be one, not that ports are used up", async () => {
  const interfaces = { lo: [...IPV4.lo] };
  await expect(findTarget("::1", 1, false, interfaces)).rejects.toThrow(
    "::1 is an IPv6 address, and no interface of this machine has one",
  );
  for (const host of ["::ffff:127.0.0.1", "127.0.0.1"])
    expect((await findTarget(host, 1, false, interfaces)).target.host).toBe(host);
});

test.each(["::1", "::ffff:127.0.0.1"])(
  "trial 22: IPv4 addresses of --source do not go with the host %s",
  async (host) => {
    expect((await findTarget(host, 1, false, BOTH)).target).toEqual({ host, port: 1 });
    await expect(findTarget(host, 1, true, BOTH)).rejects.toThrow(
      `--source names IPv4 addresses, but ${host} is an IPv6 address`,
    );
    expect((await findTarget("127.0.0.1", 1, true)).otherHosts).toEqual([]);
  },
);

test("trial 21: a name that is not known is no target", async () => {
  await expect(findTarget("no such name", 1, false)).rejects.toThrow("the host 'no such name' is not known");
});
