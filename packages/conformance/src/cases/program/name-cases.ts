import { getuid } from "node:process";
import { readCsv } from "@c10k-lab/files";
import { until } from "@c10k-lab/process/testing";
import { expect } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd } from "../../harness/expectations.ts";
import type { Subject } from "../../harness/subject.ts";
import { testWith } from "../../harness/tools.ts";
import { SilentNameServer } from "../../surroundings/silent-name-server.ts";

const CLIENTS = 40;

/** Registers the cases of names that cannot be looked up. */
export function nameCases(subject: Subject): void {
  const tool = getuid?.() === 0 ? "unshare" : "root and unshare";
  testWith(
    tool,
    "trial 23: a name server that never answers delays neither the rows of clients nor the end",
    () => endDespiteSilentNames(subject),
  );
}

async function endDespiteSilentNames(subject: Subject): Promise<void> {
  using names = await SilentNameServer.start();
  await using server = await subject.start({ wrapper: names.wrapper });
  // Each address is a look-up of its own. Half of them are still waiting when the server is told to end.
  const writeRows = async (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      using client = await Client.connect(server.port, { localAddress: `127.0.1.${at}` });
      expect(await client.answers()).toBe(true);
      await client.finish();
    }
  };
  await writeRows(1, CLIENTS / 2);
  await until(
    async () => (await readCsv(server.stats)).rows.length === CLIENTS / 2 - 1,
    "the rows are written",
  );
  await writeRows(CLIENTS / 2, CLIENTS);
  expect(names.questions).toBeGreaterThan(0);
  const { rows } = await expectCleanEnd(server);
  const hosts = Array.from({ length: CLIENTS - 1 }, (_, at) => `127.0.1.${at + 1}`);
  expect(rows.map((row) => row.client_host).toSorted()).toEqual(hosts.toSorted());
}
