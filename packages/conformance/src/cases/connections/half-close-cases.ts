import { expect, test } from "vitest";
import { Client } from "../../harness/client.ts";
import { expectCleanEnd } from "../../harness/expectations.ts";
import type { Subject } from "../../harness/subject.ts";

export function halfCloseCases(subject: Subject): void {
  test("a connection that closes without a byte gets a row", async () => {
    await using server = await subject.start();
    for (let at = 0; at < 10; at++) {
      using client = await Client.connect(server.port);
      expect(await client.finish()).toHaveLength(0);
    }
    const { rows } = await expectCleanEnd(server);
    expect(rows).toHaveLength(10);
    for (const row of rows)
      expect(row).toMatchObject({ requests: "0", bytes_received: "0", close_reason: "client-closed" });
  });
}
