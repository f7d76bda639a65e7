import { SIZED_BOUND_MS, SIZES } from "@c10k-lab/process/testing";
import type { Outcome as Name } from "@c10k-lab/protocol/names";
import { describe, expect, test } from "vitest";
import { runClient } from "./client-process.ts";
import { FIRST_PORT, OwnNetwork, PORT } from "./own-network.ts";

const { churn: CHURN } = SIZES.C2;
/** Addresses of --source 127.0.0.1/26. */
const SOURCES = 62;
/** The ports are at stake, not the server: its queue holds those that come while it waits for a processor. */
const CHURN_QUEUE = 10_000;

/** Outcomes that occurred. */
function occurred(outcomes: Readonly<Record<Name, number>>): Partial<Record<Name, number>> {
  return Object.fromEntries(Object.entries(outcomes).filter(([, count]) => count > 0));
}

describe("local ports", () => {
  test("C1 six addresses of 100 ports hold 600 connections; the next one is a row, and said in one sentence", async () => {
    await using network = await OwnNetwork.start({ ports: 100 });
    const args = ["--port", `${PORT}`, "--connections", "601", "--source", "127.0.0.1/29"];
    const result = await runClient(args, { command: network.client });
    expect(result.code, result.stderr).toBe(1);
    expect(occurred(result.summary().outcomes)).toEqual({ ok: 600, "no-ports": 1 });
    const rows = await result.rows();
    expect(rows).toHaveLength(601);
    const ends = new Set(rows.map((row) => `${row.local_address} ${row.local_port}`));
    expect(ends.size, "600 pairs of address and port, and none of the row without").toBe(601);
    expect(result.stderr).toContain("there are 600 local ports, 601 are asked for");
    expect(result.stderr).toContain("1 of 601 connections failed: 1 no-ports");
  });

  test("C1 without --source one address has 100 ports", async () => {
    await using network = await OwnNetwork.start({ ports: 100 });
    const args = ["--port", `${PORT}`, "--connections", "110"];
    const result = await runClient(args, { command: network.client });
    expect(result.code, result.stderr).toBe(1);
    expect(occurred(result.summary().outcomes)).toEqual({ ok: 100, "no-ports": 10 });
  });

  test("C2 connections that come and go use up the ports of one address, and nothing else fails", async () => {
    await using network = await OwnNetwork.start({ ports: 100 });
    const args = ["--port", `${PORT}`, "--connections", "300", "--no-barrier", "--connect-rate", "1000"];
    const result = await runClient(args, { command: network.client });
    expect(result.code, result.stderr).toBe(1);
    expect(occurred(result.summary().outcomes)).toEqual({ ok: 100, "no-ports": 200 });
    expect(result.stderr).toContain("200 of 300 connections failed: 200 no-ports");
  });

  test(`C2 ${CHURN} connections that come and go from ${SOURCES} addresses are all complete`, {
    timeout: SIZED_BOUND_MS,
  }, async () => {
    // Four of five ports are in TIME_WAIT at the end.
    await using network = await OwnNetwork.start({ ports: CHURN / 50, backlog: CHURN_QUEUE });
    const args = ["--port", `${PORT}`, "--connections", `${CHURN}`, "--no-barrier"];
    const pace = ["--connect-rate", "1000", "--repeat", "1", "--connect-timeout", "60s", "--timeout", "60s"];
    const result = await runClient([...args, ...pace, "--source", "127.0.0.1/26"], {
      command: network.client,
      boundMs: SIZED_BOUND_MS,
    });
    expect(result.stderr).not.toContain("failed");
    expect(result.code).toBe(0);
    const { outcomes, achieved } = result.summary();
    expect(occurred(outcomes)).toEqual({ ok: CHURN });
    expect(achieved.completed).toBe(CHURN);
  });
});

describe("a port that nobody listens on, and that the kernel gives to clients", () => {
  test.each([[[]], [["--source", "127.0.0.1"]]])(
    `C3 none of ${SIZES.C3.connections} connections is ok: refused, or connected to itself (%j)`,
    async (source) => {
      await using network = await OwnNetwork.start({ ports: 20 });
      // Of a range the kernel takes the ports at an even distance from the first one.
      const args = [
        "--port",
        `${FIRST_PORT + 10}`,
        "--connections",
        `${SIZES.C3.connections}`,
        "--no-barrier",
      ];
      const result = await runClient([...args, ...source], { command: network.client });
      expect(result.code, result.stderr).toBe(1);
      const { refused, "self-connect": itself, ok } = result.summary().outcomes;
      expect(ok).toBe(0);
      expect(itself).toBeGreaterThan(0);
      expect(refused + itself).toBe(SIZES.C3.connections);
    },
    SIZED_BOUND_MS,
  );
});

describe("ways in which connect(2) fails", () => {
  const args = ["--connections", "3", "--connect-timeout", "500ms", "--timeout", "5s"];

  test.each([
    ["a port that nobody listens on", "127.0.0.1", PORT + 1, "refused"],
    ["a host that never answers", "10.9.0.2", PORT, "connect-timeout"],
    ["a host that is unreachable", "10.8.0.1", PORT, "unreachable"],
    ["a network without a route", "10.7.0.1", PORT, "unreachable"],
  ] as const)("C5 %s", async (_name, host, port, outcome) => {
    await using network = await OwnNetwork.start();
    const result = await runClient(["--host", host, "--port", `${port}`, ...args], {
      command: network.client,
    });
    expect(result.code, result.stderr).toBe(1);
    expect((await result.rows()).map((row) => row.outcome)).toEqual([outcome, outcome, outcome]);
    expect(result.stderr).toContain(
      outcome === "refused" ? "no server listens on" : `3 of 3 connections failed: 3 ${outcome}`,
    );
  });

  test("C5 a full accept queue: its connections wait for an answer, the others for the handshake", async () => {
    await using network = await OwnNetwork.start({ backlog: 1 });
    network.server.signal("SIGSTOP");
    const late = ["--connections", "8", "--connect-timeout", "1s", "--timeout", "2s"];
    const result = await runClient(["--port", `${PORT}`, ...late], { command: network.client });
    expect(result.code, result.stderr).toBe(1);
    // listen(2): the queue holds one more than its length.
    expect(occurred(result.summary().outcomes)).toEqual({ timeout: 2, "connect-timeout": 6 });
  });
});
