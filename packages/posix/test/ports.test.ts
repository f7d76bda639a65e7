import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { listeningHost } from "../src/index.ts";
import { askForListeners, readListeners } from "../src/ports.ts";

const BOTH = [askForListeners, readListeners];

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

test.each([
  ["127.0.0.1", "0100007F"],
  ["127.1.2.3", "0302017F"],
  ["0.0.0.0", "00000000"],
  ["::1", "00000000000000000000000001000000"],
  ["::", "00000000000000000000000000000000"],
])(
  "sock_diag and /proc tell the same of a server at %s, and nothing when it has ended",
  async (host, address) => {
    const server = createServer().listen({ port: 0, host });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    for (const find of BOTH) expect(find(port)).toEqual([address]);
    server.close();
    await once(server, "close");
    for (const find of BOTH) expect(find(port)).toEqual([]);
  },
);

test("sock_diag tells of 400 sockets that share a port, which take several messages", async () => {
  const first = createServer().listen({ port: 0, host: "127.0.0.1", reusePort: true });
  await once(first, "listening");
  const { port } = first.address() as AddressInfo;
  const others = Array.from({ length: 399 }, () =>
    createServer().listen({ port, host: "127.0.0.1", reusePort: true }),
  );
  await Promise.all(others.map((server) => once(server, "listening")));
  for (const find of BOTH) expect(find(port)).toHaveLength(400);
  for (const server of [first, ...others]) server.close();
});
