import { expect, test } from "vitest";
import { AppContainer } from "./harness/app-container.ts";
import { describeContainers } from "./harness/engine.ts";
import { expectAgreement } from "./harness/ledgers.ts";
import { ResultsFolder } from "./harness/results-folder.ts";
import { SERVER_SERVICES } from "./harness/services.ts";

const LOAD = { LOAD_CONNECTIONS: "50", LOAD_REPEAT: "30", LOAD_SIZE: "1..40KiB" };

describeContainers("echo", () => {
  // The default message is sent in compose.test.ts.
  test.each(SERVER_SERVICES)(
    "K12 %s and client, messages of varying size: the ledgers agree to the byte, and no health check is among the clients",
    async (name) => {
      using results = new ResultsFolder();
      await using server = await AppContainer.server(name, { results: results.path });
      expect((await server.inspect()).Config.Healthcheck).toBeUndefined();
      await using client = await AppContainer.client(server.port, {
        results: results.path,
        environment: LOAD,
      });
      const { code, output } = await client.ended();
      expect(code, output).toBe(0);
      const ended = await server.stop(15);
      expect(ended.code, ended.output).toBe(0);
      const sums = await expectAgreement(results, ended.final ? [ended.final] : []);
      expect(sums).toMatchObject({ connections: 50, messages: 1500 });
      expect(results.files).toEqual(["client-1.csv", "client-1.json", `${name}-1.csv`]);
      expect(results.strangers).toEqual([]);
    },
  );
});
