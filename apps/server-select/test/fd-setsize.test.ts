import { join } from "node:path";
import { Client, expectCleanEnd, readMetrics, ServerProcess } from "@c10k-lab/conformance";
import { isAlive } from "@c10k-lab/process";
import { until } from "@c10k-lab/process/testing";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "../src/main.ts");

test.each([
  [128, 200],
  [1024, 1100],
])(
  "with an fd_set of %i bits and %i clients select refuses descriptors ≥ FD_SETSIZE and keeps serving the rest",
  async (size, count) => {
    await using server = await ServerProcess.start(main, {
      args: ["--fd-setsize", String(size), "--metrics-port", "0"],
    });
    const clients = await connectInTurn(count, server.port);
    const read = async (name: string) => (await readMetrics(server))[`echo_connections_${name}`];
    await until(async () => (await read("accepted_total")) === count, "the server accepts all clients");
    const refused = await read("refused_total");
    expect(await read('closed_total{reason="refused-descriptor"}')).toBe(refused);
    await until(
      () => clients.filter(({ isOver }) => isOver).length === refused,
      "the refused clients get an end of file",
    );
    const served = clients.filter(({ isOver }) => !isOver);
    expect(served.length).toBeGreaterThan(size - 60);
    expect(served.length).toBeLessThan(size);
    for (const client of served) expect(await client.answers()).toBe(true);
    for (const client of clients) expect(client.error).toBeUndefined();
    expect(isAlive(server.pid)).toBe(true);

    // A descriptor number that becomes free is used again.
    await served[0]?.finish();
    served[0]?.socket.destroy();
    const next = await Client.connect(server.port);
    expect(await next.answers()).toBe(true);

    for (const client of [next, ...served.slice(1)]) await client.finish();
    const { final } = await expectCleanEnd(server);
    expect(final).toMatchObject({ accepted: count + 1, refused, closed: { "refused-descriptor": refused } });
  },
);

test("L1: beside 1,000 open files select serves clients whose descriptors are < FD_SETSIZE, and refuses the others", async () => {
  // The numbers from 100 on are taken: the 1,000 files count for nothing, their place for everything.
  const open = 'for number in {100..1099}; do eval "exec $number</dev/null"; done';
  const wrapper = ["bash", "-c", `${open}; exec "$@"`, "bash"];
  await using server = await ServerProcess.start(main, {
    wrapper,
    args: ["--fd-setsize", "1024", "--metrics-port", "0"],
  });
  const clients = await connectInTurn(150, server.port);
  const read = async (name: string) => (await readMetrics(server))[`echo_connections_${name}`];
  await until(async () => (await read("accepted_total")) === 150, "the server accepts all clients");
  const refused = (await read("refused_total")) ?? 0;
  await until(
    () => clients.filter(({ isOver }) => isOver).length === refused,
    "the refused clients get an end of file",
  );
  const served = clients.filter(({ isOver }) => !isOver);
  expect(served.length).toBeGreaterThanOrEqual(50);
  expect(served.length).toBeLessThan(100);
  for (const client of served) expect(await client.answers()).toBe(true);
  for (const client of served) await client.finish();
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: 150, refused, closed: { "refused-descriptor": refused } });
});

test("with an fd_set of 4,096 bits select serves all of 1,100 clients", async () => {
  await using server = await ServerProcess.start(main, { args: ["--fd-setsize", "4096"] });
  const clients = await connectInTurn(1100, server.port);
  for (const client of clients) expect(await client.answers()).toBe(true);
  for (const client of clients) await client.finish();
  const { final } = await expectCleanEnd(server);
  expect(final).toMatchObject({ accepted: 1100, refused: 0, peak: 1100 });
});

test("select fails at the start when its own listener's descriptor is ≥ FD_SETSIZE", async () => {
  // 80 descriptors inherited from a shell occupy the numbers below 64.
  const open = Array.from({ length: 80 }, (_, at) => `exec ${at + 10}</dev/null`).join("; ");
  const wrapper = ["bash", "-c", `${open}; exec "$@"`, "bash"];
  await expect(ServerProcess.start(main, { wrapper, args: ["--fd-setsize", "64"] })).rejects.toThrow(
    /select holds descriptors below 64, the listener is number \d+/,
  );
});

async function connectInTurn(count: number, port: number): Promise<Client[]> {
  const clients: Client[] = [];
  while (clients.length < count)
    clients.push(...(await Client.all(Math.min(100, count - clients.length), port)));
  return clients;
}
