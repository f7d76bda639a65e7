import { getSystemErrorMap } from "node:util";
import { CONNECTION_ERRORS, PASSING_ERRORS } from "@c10k-lab/conformance";
import { posix } from "@c10k-lab/posix";
import { ACCEPT_PAUSE_MS, type DataPlane, FAILED_ACCEPTS_BEFORE_PAUSE } from "@c10k-lab/server/data-plane";
import { Ledger } from "@c10k-lab/stats/ledger";
import { beforeEach, expect, test } from "vitest";
import { Acceptor } from "../src/acceptor.ts";
import type { StreamContext } from "../src/echo-streams.ts";

const ERRNOS = new Map([...getSystemErrorMap()].map(([number, [name]]) => [name, -number]));
const ROWS = 200;
const MORE = posix.IORING_CQE_F_MORE;
/** Descriptors that no process has, so nothing is known of their peers. */
const [FIRST, SECOND] = [1_000_001, 1_000_002];

let written: string[];
let admitted: number[];
let nowUs: Float64Array;
let ledger: Ledger;
let acceptor: Acceptor;

beforeEach(() => {
  written = [];
  admitted = [];
  nowUs = Float64Array.of(1e6);
  ledger = Ledger.allocate(ROWS);
  const ring = { accept: () => written.push("accept"), cancel: () => written.push("cancel") };
  const context = { ring, nowUs } as unknown as StreamContext;
  const plane = { ledger, listenerFd: -1, options: { backlog: 1 } } as unknown as DataPlane;
  acceptor = new Acceptor(context, plane, (fd) => {
    ledger.open(nowUs[0] ?? 0);
    admitted.push(fd);
  });
  acceptor.takeTurn();
  expect(written).toEqual(["accept"]);
});

function errnoOf(name: string): number {
  const errno = ERRNOS.get(name);
  if (errno === undefined) throw new Error(`no error is called ${name}`);
  return errno;
}

/** Hands over the completion of an accept that failed, which ends it. */
function fail(name: string): void {
  acceptor.accepted(-errnoOf(name), 0);
}

test.each(CONNECTION_ERRORS)(
  "S5 an accept that completes with %s is counted and written again at once",
  (error) => {
    acceptor.accepted(FIRST, MORE);
    fail(error);
    acceptor.takeTurn();
    acceptor.accepted(SECOND, MORE);
    acceptor.takeTurn();
    expect(admitted).toEqual([FIRST, SECOND]);
    expect(written).toEqual(["accept", "accept"]);
    expect(acceptor.isPaused).toBe(false);
    expect(ledger.acceptErrors[errnoOf(error)]).toBe(1);
  },
);

test.each(PASSING_ERRORS)(
  "S4 an accept that completes with %s is counted and written again after a pause",
  (error) => {
    acceptor.accepted(FIRST, MORE);
    fail(error);
    acceptor.takeTurn();
    expect(admitted, "connections accepted before").toEqual([FIRST]);
    expect([acceptor.isPaused, written]).toEqual([true, ["accept"]]);
    nowUs[0] = 1e6 + ACCEPT_PAUSE_MS * 1000 - 1;
    acceptor.takeTurn();
    expect(written).toEqual(["accept"]);
    nowUs[0] = 1e6 + ACCEPT_PAUSE_MS * 1000;
    acceptor.takeTurn();
    expect([acceptor.isPaused, written]).toEqual([false, ["accept", "accept"]]);
    expect(ledger.acceptErrors[errnoOf(error)]).toBe(1);
  },
);

test("S4 a connection that closes ends the pause of an acceptor without descriptors", () => {
  fail("EMFILE");
  acceptor.takeTurn();
  expect(written).toEqual(["accept"]);
  acceptor.endPause();
  acceptor.takeTurn();
  expect(written).toEqual(["accept", "accept"]);
});

test("S5 accepting pauses after 64 failures in a row, and an accepted connection ends the row", () => {
  for (let at = 1; at < FAILED_ACCEPTS_BEFORE_PAUSE; at++) fail("ECONNABORTED");
  expect(acceptor.isPaused).toBe(false);
  acceptor.accepted(FIRST, MORE);
  for (let at = 1; at < FAILED_ACCEPTS_BEFORE_PAUSE; at++) fail("ECONNABORTED");
  expect(acceptor.isPaused).toBe(false);
  fail("ECONNABORTED");
  expect(acceptor.isPaused).toBe(true);
  expect(ledger.acceptErrors[errnoOf("ECONNABORTED")]).toBe(2 * FAILED_ACCEPTS_BEFORE_PAUSE - 1);
});

test("an accept that is cancelled while the ledger has no row is no failure, and nobody is lost", () => {
  const crowd = Array.from({ length: ROWS + 1 }, (_, at) => FIRST + at);
  for (const fd of crowd) acceptor.accepted(fd, MORE);
  acceptor.takeTurn();
  expect(written).toEqual(["accept", "cancel"]);
  expect(admitted).toHaveLength(ROWS);
  fail("ECANCELED");
  expect(ledger.acceptErrors[errnoOf("ECANCELED")]).toBe(0);
  ledger.close(0, 0, 2e6);
  ledger.release(0);
  acceptor.endPause();
  acceptor.takeTurn();
  expect(admitted).toEqual(crowd);
  expect(written).toEqual(["accept", "cancel", "accept"]);
});
