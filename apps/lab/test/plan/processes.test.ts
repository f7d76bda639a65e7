import { expect, test } from "vitest";
import { countProcesses } from "../../src/plan/processes.ts";

const AUTO = { connectionsPerServer: null, processes: "auto" } as const;

test("as many processes as descriptors demand: the fullest of them, too, has a descriptor for each connection", () => {
  expect(countProcesses(AUTO, 19_960, 1, 20_000)).toEqual({ servers: 1, clients: 1, sharesPort: false });
  expect(countProcesses(AUTO, 19_961, 1, 20_000)).toEqual({ servers: 2, clients: 2, sharesPort: true });
  expect(countProcesses(AUTO, 100_000, 10, 20_000)).toEqual({ servers: 6, clients: 10, sharesPort: true });
  expect(countProcesses(AUTO, 1_000_000, 10, 20_000)).toEqual({ servers: 53, clients: 51, sharesPort: true });
  expect(countProcesses(AUTO, 1_000_000, 10, 1_048_576)).toEqual({
    servers: 1,
    clients: 10,
    sharesPort: false,
  });
});

test("a number of processes is taken as it is; connections-per-server gives each server a port and clients", () => {
  const three = { connectionsPerServer: null, processes: 3 };
  expect(countProcesses(three, 10, 2, 1024)).toEqual({ servers: 3, clients: 2, sharesPort: true });
  expect(countProcesses({ ...three, processes: 1 }, 10, 2, 1024).sharesPort).toBe(false);
  const each = { connectionsPerServer: 1023, processes: null };
  expect(countProcesses(each, 2000, 2, 1024)).toEqual({ servers: 2, clients: 4, sharesPort: false });
});
