import {
  CLOSE_REASONS,
  type ClientSummary,
  type FinalLine,
  type ListeningLine,
  OUTCOMES,
  TCP_COUNTERS,
} from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { reconcile } from "../../src/evidence/reconcile.ts";
import type { TcpCounts } from "../../src/evidence/tcp-counters.ts";
import { judgeCell } from "../../src/judgement/cell-status.ts";

const zeros = <N extends string>(names: readonly N[]) =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<N, number>;
const EXIT = { code: 0, signal: null, cause: null };
const NO_PROBE = { connections: 0, messages: 0, bytes: 0 };
const QUIET = zeros(TCP_COUNTERS) as TcpCounts;

const LISTENING = { event: "listening" } as ListeningLine;

function ledgers(asked: number, served: number) {
  const refused = asked - served;
  const client = {
    asked: { connections: asked },
    achieved: {
      established: asked,
      completed: served,
      messages: served * 2,
      proofs: 0,
      bytesSent: served * 40,
      bytesReceived: served * 40,
    },
    outcomes: { ...zeros(OUTCOMES), ok: served, "eof-early": refused },
  } as unknown as ClientSummary;
  const final = {
    server: "select",
    accepted: asked,
    refused,
    requests: served * 2,
    bytesReceived: served * 40,
    bytesSent: served * 40,
    closed: { ...zeros(CLOSE_REASONS), "refused-descriptor": refused },
  } as unknown as FinalLine;
  return { client, final };
}

function judge(change: Partial<Parameters<typeof judgeCell>[0]> & { asked?: number; served?: number } = {}) {
  const { client, final } = ledgers(change.asked ?? 100, change.served ?? change.asked ?? 100);
  const facts = {
    client,
    final,
    listening: LISTENING,
    probe: NO_PROBE,
    exits: { servers: [EXIT], clients: [EXIT] },
    lastLine: (process: string) => `${process}: alas`,
    trouble: null,
    tcp: QUIET,
    isInterrupted: false,
    cutOffMs: null,
    foreign: null,
    probeFailure: null,
    firstFailures: new Map(),
    ...change,
  };
  const reconciliation =
    facts.client && facts.final
      ? reconcile(facts.client, facts.final, { probe: NO_PROBE, bytesRefused: 0 })
      : null;
  return judgeCell({ ...facts, reconciliation });
}

test("a cell whose messages were all echoed and whose ledgers agree is ok, without incidents", () => {
  expect(judge()).toEqual({ status: "ok", incidents: [] });
});

test("a cell in which the server refused exactly the connections the client missed is limited, with the server's reason", () => {
  expect(judge({ asked: 2000, served: 990 })).toEqual({
    status: "limited",
    incidents: [{ incident: "refused", reason: "refused-descriptor", connections: 1010, asked: 2000 }],
  });
});

test("each reason for a refusal is an incident of its own", () => {
  const { client, final } = ledgers(10, 7);
  const closed = { ...zeros(CLOSE_REASONS), "refused-limit": 1, "refused-thread": 2 };
  const { status, incidents } = judge({ client, final: { ...final, closed } });
  expect(status).toBe("limited");
  expect(incidents).toMatchObject([
    { reason: "refused-limit", connections: 1 },
    { reason: "refused-thread", connections: 2 },
  ]);
});

test("a byte missing in one ledger fails the cell and is named", () => {
  const { client, final } = ledgers(10, 10);
  expect(judge({ client, final: { ...final, bytesSent: 399 } })).toEqual({
    status: "failed",
    incidents: [
      {
        incident: "ledgers-differ",
        differences: [{ entry: "bytes-to-client", client: 400, server: 399 }],
      },
    ],
  });
});

test("a server that was killed fails the cell, with its signal", () => {
  const killed = { code: null, signal: "SIGKILL", cause: null } as const;
  const { status, incidents } = judge({ final: null, exits: { servers: [killed], clients: [EXIT] } });
  expect(status).toBe("failed");
  expect(incidents[0]).toMatchObject({ incident: "died", process: "server", signal: "SIGKILL" });
});

test("an interrupted cell is not a failed one", () => {
  expect(judge({ isInterrupted: true, final: null })).toEqual({
    status: "interrupted",
    incidents: [{ incident: "interrupted" }],
  });
});

test("an overflow of the accept queue is an incident even where nothing was lost", () => {
  expect(judge({ tcp: { ...QUIET, ListenOverflows: 7 } })).toEqual({
    status: "ok",
    incidents: [{ incident: "listen-overflow", times: 7 }],
  });
});

test("a container killed at its memory limit is named", () => {
  const killed = { code: 137, signal: null, cause: "out-of-memory" } as const;
  const { status, incidents } = judge({ final: null, exits: { servers: [killed], clients: [EXIT] } });
  expect(status).toBe("out-of-memory");
  expect(incidents[0]).toEqual({ incident: "out-of-memory", process: "server" });
});

test("a lost engine is an outcome of its own, and the only incident", () => {
  const trouble = { trouble: "engine-lost", request: null, cell: "epoll-10" } as const;
  expect(judge({ final: null, trouble })).toEqual({
    status: "engine-lost",
    incidents: [{ incident: "trouble", trouble }],
  });
});

test("the one of several clients that died is named", () => {
  const killed = { code: null, signal: "SIGKILL", cause: null } as const;
  const { status, incidents } = judge({ client: null, exits: { servers: [EXIT], clients: [EXIT, killed] } });
  expect(status).toBe("failed");
  expect(incidents).toEqual([
    {
      incident: "died",
      process: "client-2",
      exitCode: null,
      signal: "SIGKILL",
      answer: "client-2: alas",
    },
  ]);
});

test("a server that listens and does not echo is found by the probe", () => {
  const probeFailure = { sent: "ready?\n", received: "", end: "timeout" };
  const { status, incidents } = judge({
    client: null,
    probe: null,
    probeFailure,
    exits: { servers: [EXIT], clients: [] },
  });
  expect(status).toBe("failed");
  expect(incidents).toEqual([{ incident: "no-echo", ...probeFailure }]);
});

test("totals of another version are reported as missing", () => {
  expect(judge({ final: null })).toEqual({
    status: "failed",
    incidents: [{ incident: "no-totals", process: "server" }],
  });
});

test.each(["restarted", "node-lost"] as const)(
  "a client that is %s is the only incident, whatever it handed over before",
  (cause) => {
    const taken = { code: 143, signal: null, node: "worker", cause };
    const exits = { servers: [EXIT], clients: [taken] };
    const expected = {
      status: "failed",
      incidents: [{ incident: cause, process: "client", node: "worker" }],
    };
    const { client, final } = ledgers(10, 10);
    const outcomes = { ...client.outcomes, ok: 0, interrupted: 10 };
    const tcp = { ...QUIET, TCPTimeouts: 2 };
    expect(judge({ exits, tcp, client: null })).toEqual(expected);
    const handedOver = { ...client, outcomes };
    expect(judge({ exits, tcp, client: handedOver, final: { ...final, accepted: 20 } })).toEqual(expected);
  },
);

test("a cell that exceeds its time is cut off with the connections left; its open ledgers are no incident", () => {
  const { client, final } = ledgers(10, 10);
  const outcomes = { ...client.outcomes, ok: 7, interrupted: 3 };
  const cut = { client: { ...client, outcomes }, final: { ...final, bytesSent: 399 }, cutOffMs: 30_000 };
  expect(judge(cut)).toEqual({
    status: "cut-off",
    incidents: [{ incident: "cut-off", afterMs: 30_000, connectionsLeft: 3 }],
  });
  expect(judge({ ...cut, final: null }).status).toBe("failed");
});
