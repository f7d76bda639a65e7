import { expect, test } from "vitest";
import { wordsOf } from "../../src/engines/docker/ssh-tunnel.ts";

test("user and port of an ssh:// address are options of ssh, and a host that looks like an option is none", () => {
  const last = (address: string, count: number) => wordsOf(new URL(address)).slice(-count);
  const remote = ["docker", "system", "dial-stdio"];
  expect(last("ssh://alpha", 5)).toEqual(["--", "alpha", ...remote]);
  expect(wordsOf(new URL("ssh://alpha"))).not.toContain("-l");
  expect(last("ssh://ann@alpha:2222", 9)).toEqual(["-l", "ann", "-p", "2222", "--", "alpha", ...remote]);
  expect(last("ssh://-oProxyCommand=x", 5)).toEqual(["--", "-oProxyCommand=x", ...remote]);
});
