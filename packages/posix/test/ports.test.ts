import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { listeningHost } from "../src/index.ts";

test.each([
  [{ host: "127.0.0.1" }, "127.0.0.1"],
  [{ host: "0.0.0.0" }, "127.0.0.1"],
  [{ host: "::1" }, "::1"],
  [{ host: "::" }, "127.0.0.1"],
  [{ host: "::", ipv6Only: true }, "::1"],
])("a server at %j is reached at %s", async (where, host) => {
  const server = createServer().listen({ port: 0, ...where });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  expect(listeningHost(port)).toBe(host);
  server.close();
  await once(server, "close");
  expect(listeningHost(port)).toBeNull();
});
