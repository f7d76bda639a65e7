import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { callAfter, type Processors } from "@c10k-lab/process";
import { DEFAULT_REPEAT } from "../../../client/src/contract.ts";
import type { Engine } from "../engines/engine.ts";
import { EngineTrouble } from "../engines/engine.ts";
import { type CallSample, CallTracer, NO_SAMPLE } from "../evidence/call-tracer.ts";
import type { Cell } from "../plan/cells.ts";
import { mergeLoad, readLoad } from "../plan/load.ts";
import { clientJobs, readSummaries } from "./cell-jobs.ts";
import { ClientSide } from "./client-side.ts";
import { ForeignSide } from "./foreign-side.ts";

/** Time in which messages begin. */
const MESSAGING = "300ms";
/** A load of fewer messages is sampled whole, so that connecting and closing have their share. */
const MESSAGES_MAX = 20_000;
/** Longest time of the client, which connects while strace slows the server. */
const CLIENT_MS = 20_000;
const END_MS = 5000;

/** Place, means and end of a sample. */
interface Surroundings {
  /** The cell's. */
  readonly folder: string;
  readonly engine: Engine;
  readonly processors: Processors | null;
  /** Ends the sample early. */
  readonly signal: AbortSignal;
}

/**
 * Counts the system calls of a foreign server under the load of a cell. The server is started again for this: strace slows it,
 * so it would spoil measurement and ledger of the cell.
 */
export async function sampleCalls(cell: Cell, where: Surroundings): Promise<CallSample> {
  if (cell.foreign === null || cell.foreign.kind === "target") return NO_SAMPLE;
  const { engine, processors, signal } = where;
  const folder = join(where.folder, "calls");
  mkdirSync(folder);
  const server = new ForeignSide(cell.foreign, folder);
  try {
    await server.start(await server.prepare(cell, engine, processors), engine);
    if (!(await server.becomeReady()) || signal.aborted) return NO_SAMPLE;
    return await traceLoad(server, { ...cell, load: shorten(cell) }, { ...where, folder });
  } catch (error) {
    // The next cell will meet the same trouble, and report it.
    if (error instanceof EngineTrouble) return NO_SAMPLE;
    throw error;
  } finally {
    server.signal("SIGKILL");
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function traceLoad(
  server: ForeignSide,
  cell: Cell,
  { folder, engine, processors, signal }: Surroundings,
): Promise<CallSample> {
  const pids = server.services.flatMap(({ processes }) => processes?.pids ?? []);
  if (pids.length === 0) return NO_SAMPLE;
  const tracer = await CallTracer.attach(pids);
  if (!(tracer instanceof CallTracer)) return { ...NO_SAMPLE, callsRefusal: tracer };
  const clients = new ClientSide();
  const stop = () => clients.signal("SIGTERM");
  signal.addEventListener("abort", stop);
  const { jobs, startsInMs } = clientJobs(cell, folder, engine, {
    listening: server.addresses,
    processors,
    controls: [],
  });
  const cancel = callAfter(startsInMs + CLIENT_MS, stop);
  try {
    await clients.start(jobs, engine);
    if (signal.aborted) stop();
    await clients.end(startsInMs + CLIENT_MS + END_MS);
  } finally {
    cancel();
    signal.removeEventListener("abort", stop);
  }
  const { messages = 0, proofs = 0 } = readSummaries(cell, folder)?.achieved ?? {};
  return tracer.detach(messages + proofs);
}

/** Returns the load of a cell, with a bound in time where it has many messages. */
function shorten({ load, connections, axis }: Cell) {
  const { warmupMs: _, holdMs: __, connectRate: ___, ...kept } = load;
  const messages = connections * (load.repeat?.value ?? DEFAULT_REPEAT);
  if (!load.durationMs && !load.transferBytes && messages <= MESSAGES_MAX) return kept;
  const place = "sample";
  const short = readLoad(
    { duration: { text: MESSAGING, place } },
    { axis, isSearch: false, isSliced: false },
  );
  return mergeLoad({ load: kept, connections: null }, short).load;
}
