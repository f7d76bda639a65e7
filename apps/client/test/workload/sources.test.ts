import { decodeAddress } from "@c10k-lab/posix";
import { expect, test } from "vitest";
import { parseSourceRange } from "../../src/source-range.ts";
import { Sources } from "../../src/workload/sources.ts";
import { runClient } from "../program/client-process.ts";
import { startMutant } from "../program/mutant-server.ts";

test.each([
  ["127.0.0.1", "127.0.0.1", 1],
  ["127.0.0.9/32", "127.0.0.9", 1],
  ["127.0.0.9/31", "127.0.0.8", 2],
  ["127.0.0.1/30", "127.0.0.1", 2],
  ["127.0.0.1/26", "127.0.0.1", 62],
  ["127.0.0.70/26", "127.0.0.65", 62],
  ["10.1.2.3/8", "10.0.0.1", 2 ** 24 - 2],
])("%s begins at %s and has %i addresses", (text, first, count) => {
  const range = parseSourceRange(text);
  expect(range?.count).toBe(count);
  expect(range && decodeAddress(new Sources(range).take(0, 0))).toEqual({ host: first, port: 0 });
});

test.each(["", "localhost", "127.0.0", "127.0.0.256", "127.0.0.1/33", "127.0.0.1/7", "127.0.0.1/", "::1/64"])(
  "'%s' is no range of addresses",
  (text) => {
    expect(parseSourceRange(text)).toBeNull();
  },
);

test("connections take the addresses in turn, and a further attempt takes the next one", () => {
  const sources = new Sources({ first: 0x7f000001, count: 3 });
  const host = (connection: number, attempt: number) => decodeAddress(sources.take(connection, attempt)).host;
  expect([0, 1, 2, 3].map((connection) => host(connection, 0))).toEqual([
    "127.0.0.1",
    "127.0.0.2",
    "127.0.0.3",
    "127.0.0.1",
  ]);
  expect([0, 1, 2].map((attempt) => host(1, attempt))).toEqual(["127.0.0.2", "127.0.0.3", "127.0.0.1"]);
  expect(sources.tries).toBe(3);
});

test("the rows hold the addresses of --source", async () => {
  await using server = await startMutant((socket) => socket.on("data", (data: Buffer) => socket.write(data)));
  const args = ["--connections", "12", "--source", "127.0.0.1/29"];
  const result = await runClient(["--port", `${server.port}`, ...args]);
  expect(result.code).toBe(0);
  const expected = Array.from({ length: 12 }, (_, index) => `127.0.0.${(index % 6) + 1}`);
  expect((await result.rows()).map((row) => row.local_address)).toEqual(expected);
});

test("an address of another machine is no-ports for every connection", async () => {
  await using server = await startMutant(() => {});
  // TEST-NET-2 is for documentation, RFC 5737: no machine has it.
  const args = ["--connections", "5", "--source", "198.51.100.0/28"];
  const result = await runClient(["--port", `${server.port}`, ...args]);
  expect(result.code).toBe(1);
  expect((await result.rows()).map((row) => row.outcome)).toEqual(Array(5).fill("no-ports"));
  expect(result.summary().latencyUs.connect.failed).toBe(5);
});
