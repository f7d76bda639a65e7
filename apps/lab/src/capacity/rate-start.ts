import type { RepetitionResult, Slice } from "@c10k-lab/protocol";
import { searchStartCell } from "../plan/cells.ts";
import type { PlanToSearch } from "../plan/plan.ts";
import { shuffled } from "../plan/random.ts";
import type { LabSession } from "../session/lab-session.ts";
import type { Stand, TurnPace, TurnTimes } from "../slices/stand.ts";
import { describeSlice } from "../slices/turn.ts";
import type { LimitSearch } from "./limit-search.ts";
import type { SearchProgress } from "./search-progress.ts";
import { judgeSliceTrial } from "./slice-trial.ts";

/** First turn of a start, which is not kept: code is compiled, and its backlog is forgotten with the turn. */
const WARM_UP: TurnTimes = { settleMs: 0, durationMs: 1000 };
/** Time between the first message of a slice and its beginning, where the load has no warm-up. */
const SETTLE_MS = 100;
/** Late messages of a slice are waited for no longer, whatever the objective. */
const GRACE_MS_MAX = 3000;

/** A search for a rate whose server and client are up. */
interface Standing {
  readonly limit: LimitSearch;
  readonly stand: Stand;
}

/**
 * One start of the servers whose largest rate is searched: all are up together, and take turns of one slice each in random
 * order. A start measures a value once, so that the trials of a value are of different starts.
 */
export class RateStart {
  /** Searches whose value could not be tried in slices: no connections, a connection that failed, a server that has gone. */
  readonly refused = new Set<LimitSearch>();
  readonly #session: LabSession;
  readonly #plan: PlanToSearch;
  readonly #progress: SearchProgress;
  readonly #start: number;
  readonly #isOver: () => boolean;
  #block = 0;

  /**
   * @param start its number, from 1
   * @param isOver returns whether no further slice is to be measured
   */
  constructor(
    session: LabSession,
    plan: PlanToSearch,
    progress: SearchProgress,
    start: number,
    isOver: () => boolean,
  ) {
    this.#session = session;
    this.#plan = plan;
    this.#progress = progress;
    this.#start = start;
    this.#isOver = isOver;
  }

  /** Measures all values that the searches want, until each wants one that this start has measured. */
  async run(limits: readonly LimitSearch[]): Promise<void> {
    const cells = limits.map(({ subject }) => searchStartCell(subject, this.#plan, this.#start));
    const results = await this.#session.runTogether(cells, (stands) =>
      this.#measureAll(limits.map((limit, index) => ({ limit, stand: stands[index] as Stand }))),
    );
    for (const [index, result] of results.entries()) {
      if (contradictsItself(result)) limits[index]?.disprove(result.id);
    }
  }

  async #measureAll(all: readonly Standing[]): Promise<void> {
    const up: Standing[] = [];
    for (const one of all) {
      if (await one.stand.isUp) up.push(one);
      else this.#refuse(one);
    }
    for (const one of up) await this.#warmUp(one, up);
    for (;;) {
      const waiting = up.filter((one) => this.#isWaiting(one));
      if (waiting.length === 0) return;
      this.#block++;
      const seed = 1000 * (1000 * this.#plan.seed + this.#start) + this.#block;
      for (const [index, one] of shuffled(waiting, seed).entries()) {
        if (this.#isOver()) return;
        await this.#tryValue(one, index + 1, up);
      }
    }
  }

  #isWaiting({ limit, stand }: Standing): boolean {
    return limit.wanted !== null && !this.refused.has(limit) && !limit.isTriedIn(stand.cell.id);
  }

  async #warmUp({ limit, stand }: Standing, up: readonly Standing[]): Promise<void> {
    const pace = this.#paceOf(limit);
    await stand.measure(WARM_UP, waitingBeside(stand, up), pace);
    await stand.sampleCalls();
  }

  /** Measures one slice at the value that a search wants. */
  async #tryValue(one: Standing, place: number, up: readonly Standing[]): Promise<void> {
    const { limit, stand } = one;
    const { warmupMs } = limit.subject.variant.load;
    const { objective, rate, durationMs } = limit.question;
    this.#progress.beginSlice(limit, this.#start);
    const times = { settleMs: warmupMs?.value ?? SETTLE_MS, durationMs };
    const turn = await stand.measure(times, waitingBeside(stand, up), this.#paceOf(limit));
    if (this.#session.isInterrupted) return;
    if (turn === null || turn.whole.errors > 0) return this.#refuse(one);
    const before: readonly Slice[] = [...stand.slices];
    const slice = describeSlice({ block: this.#block, place }, [turn], stand.isSeen);
    const { trial, answer } = judgeSliceTrial({ cell: stand.cell.id, slice, before, objective });
    const kept = limit.add(trial, answer);
    const disturbances = kept.counts ? [] : [reasonOf(kept.disturbance?.reason)];
    stand.slices.push({ ...slice, disturbances });
    this.#progress.tried(limit.subject, rate, kept);
  }

  #paceOf(limit: LimitSearch): TurnPace {
    const { rate, objective } = limit.question;
    return { ratePerSecond: rate, graceMs: Math.min(GRACE_MS_MAX, Math.ceil(objective.p99Ms)) };
  }

  #refuse({ limit, stand }: Standing): void {
    this.refused.add(limit);
    stand.release();
  }
}

function reasonOf(reason: string | undefined): Slice["disturbances"][number] {
  return reason === "stolen" ? "stolen" : "busy-host";
}

function waitingBeside(measured: Stand, up: readonly Standing[]) {
  return up.flatMap(({ stand }) => (stand === measured ? [] : stand.processes));
}

/** Returns whether the ledgers of a start differ though no connection failed: its slices prove nothing. */
function contradictsItself({ client, ledger, reconciliation, connections }: RepetitionResult): boolean {
  if (ledger === "client-only" || client?.outcomes.ok !== connections) return false;
  return reconciliation?.balanced === false;
}
