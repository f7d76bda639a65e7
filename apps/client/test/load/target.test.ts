import { expect, test } from "vitest";
import { findTarget } from "../../src/load/target.ts";

test("trial 22: an IPv6 address with an interface is refused with one sentence", async () => {
  await expect(findTarget("fe80::1%lo", 1, false)).rejects.toThrow(
    "not an IP address without an interface (the part after %): fe80::1%lo",
  );
});

test.each(["::1", "::ffff:127.0.0.1"])(
  "trial 22: IPv4 addresses of --source do not go with the host %s",
  async (host) => {
    expect((await findTarget(host, 1, false)).target).toEqual({ host, port: 1 });
    await expect(findTarget(host, 1, true)).rejects.toThrow(
      `--source names IPv4 addresses, but ${host} is an IPv6 address`,
    );
    expect((await findTarget("127.0.0.1", 1, true)).otherHosts).toEqual([]);
  },
);

test("trial 21: a name that is not known is no target", async () => {
  await expect(findTarget("no such name", 1, false)).rejects.toThrow("the host 'no such name' is not known");
});
