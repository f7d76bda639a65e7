import {
  CLOSE_REASONS,
  type ClientSummary,
  type FinalLine,
  type ListeningLine,
  OUTCOMES,
  TCP_COUNTERS,
} from "@c10k-lab/protocol";
import { expect, test } from "vitest";
import { EngineTrouble } from "../../src/engines/engine.ts";
import { reconcile } from "../../src/evidence/reconcile.ts";
import type { TcpCounts } from "../../src/evidence/tcp-counters.ts";
import { judge } from "../../src/judgement/cell-status.ts";

const zeros = <N extends string>(names: readonly N[]) =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<N, number>;
const EXIT = { code: 0, signal: null, cause: null };
const NO_PROBE = { connections: 0, messages: 0, bytes: 0 };
const QUIET = zeros(TCP_COUNTERS) as TcpCounts;

const LISTENING = { event: "listening" } as ListeningLine;

function books(asked: number, served: number) {
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
    closed: zeros(CLOSE_REASONS),
  } as unknown as FinalLine;
  return { client, final };
}

function judged(change: Partial<Parameters<typeof judge>[0]> & { asked?: number; served?: number } = {}) {
  const { client, final } = books(change.asked ?? 100, change.served ?? change.asked ?? 100);
  const facts = {
    client,
    final,
    listening: LISTENING,
    probe: NO_PROBE,
    exits: { servers: [EXIT], clients: [EXIT] },
    lastWords: (who: string) => `${who}: alas`,
    trouble: null,
    tcp: QUIET,
    isInterrupted: false,
    cutOffMs: null,
    ...change,
  };
  const reconciliation =
    facts.client && facts.final
      ? reconcile(facts.client, facts.final, { probe: NO_PROBE, bytesRefused: 0 })
      : null;
  return judge({ ...facts, reconciliation });
}

test("all echoed and the books balance: ok, nothing to say", () => {
  expect(judged()).toEqual({ status: "ok", notes: [] });
});

test("the server refused what the client missed: limited, with the reason", () => {
  const { status, notes } = judged({ asked: 2000, served: 990 });
  expect(status).toBe("limited");
  expect(notes).toEqual([
    "The server refused 1010 of 2000 connections: their descriptor numbers did not fit into an fd_set.",
  ]);
});

test("a byte is missing in one of the books: failed, and which", () => {
  const { client, final } = books(10, 10);
  const { status, notes } = judged({ client, final: { ...final, bytesSent: 399 } });
  expect(status).toBe("failed");
  expect(notes).toEqual([
    "The books do not balance: bytes to the client: the client counts 400, the server 399.",
  ]);
});

test("a dead server: failed, with how it died", () => {
  const { status, notes } = judged({
    final: null,
    exits: { servers: [{ code: null, signal: "SIGKILL", cause: null }], clients: [EXIT] },
  });
  expect(status).toBe("failed");
  expect(notes[0]).toContain("killed by SIGKILL");
});

test("interrupted is not failed", () => {
  expect(judged({ isInterrupted: true, final: null }).status).toBe("interrupted");
});

test("a full accept queue is noted though nothing was lost", () => {
  expect(judged({ tcp: { ...QUIET, ListenOverflows: 7 } })).toEqual({
    status: "ok",
    notes: ["The accept queue overflowed 7 times."],
  });
});

test("a container killed at its memory limit: out of memory, and who", () => {
  const { status, notes } = judged({
    final: null,
    exits: { servers: [{ code: 137, signal: null, cause: "out-of-memory" }], clients: [EXIT] },
  });
  expect(status).toBe("out-of-memory");
  expect(notes[0]).toBe("The server ran out of memory: the kernel killed it at its container's limit.");
});

test("the engine went away: an outcome of its own, in one sentence", () => {
  const trouble = new EngineTrouble("engine-lost", "The Docker engine went away while epoll-10 ran.");
  expect(judged({ final: null, trouble })).toEqual({ status: "engine-lost", notes: [trouble.message] });
});

test("of several clients the one that died is named", () => {
  const killed = { code: null, signal: "SIGKILL", cause: null } as const;
  const { status, notes } = judged({ client: null, exits: { servers: [EXIT], clients: [EXIT, killed] } });
  expect(status).toBe("failed");
  expect(notes).toEqual([
    "The client-2 ended without its totals, killed by SIGKILL (client-2: alas); see client-2.log.",
  ]);
});

test("a server that listens and does not echo is found by the probe", () => {
  const { status, notes } = judged({ client: null, probe: null, exits: { servers: [EXIT], clients: [] } });
  expect(status).toBe("failed");
  expect(notes).toEqual(["The server listened, but did not echo the lab's probe."]);
});

test("totals of another version are missing totals", () => {
  const { status, notes } = judged({ final: null });
  expect(status).toBe("failed");
  expect(notes).toEqual(["The server left no totals that this version of the lab understands."]);
});

test("a cell that was not over in its time: cut off, with what was left; its open books are no news", () => {
  const { client, final } = books(10, 10);
  const outcomes = { ...client.outcomes, ok: 7, interrupted: 3 };
  const cut = { client: { ...client, outcomes }, final: { ...final, bytesSent: 399 }, cutOffMs: 30_000 };
  expect(judged(cut)).toEqual({
    status: "cut-off",
    notes: ["Cut off after 30 s: 3 connections were still at work."],
  });
  expect(judged({ ...cut, final: null }).status).toBe("failed");
});
