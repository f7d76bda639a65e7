import { Client } from "@c10k-lab/conformance";
import { check, getIntOption, posix } from "@c10k-lab/posix";
import { expect, test } from "vitest";
import { listen } from "../src/control-plane/listener.ts";
import { OPTIONS } from "./server-options.ts";

test.each([
  ["on", 1],
  ["off", 0],
] as const)("with --no-delay %s an accepted socket has TCP_NODELAY %i", async (noDelay, value) => {
  const { fd, address } = await listen({ ...OPTIONS, noDelay }, true);
  using _client = await Client.connect(address.port);
  const accepted = check(posix.accept4(fd, new Uint8Array(128), 0, 128, posix.SOCK_CLOEXEC), "accept4");
  expect(getIntOption(accepted, posix.IPPROTO_TCP, posix.TCP_NODELAY)).toBe(value);
  posix.close(accepted);
  posix.close(fd);
});
