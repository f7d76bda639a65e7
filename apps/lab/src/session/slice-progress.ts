import type { Findings, RepetitionResult } from "@c10k-lab/protocol";
import { describeFailure, describePlace, describeRefusedCalls } from "@c10k-lab/words";
import type { Point } from "../plan/cells.ts";
import { LiveLine } from "../terminal/live-line.ts";
import { timeText } from "../terminal/time-text.ts";

/** A line for each start of a point with the costs so far, and a live one. */
export class SliceProgress {
  readonly #line = new LiveLine();

  begin(point: Point, start: number, leftMs: number): void {
    const untilMs = performance.now() + leftMs;
    this.#line.show(() => `${labelOf(point)}, start ${start}  (${left(untilMs - performance.now())})`);
  }

  finish(point: Point, start: number, findings: Findings, leftMs: number): void {
    const costs = findings.levels
      .filter(
        (level) =>
          level.group === point.group.name &&
          level.axisValue === point.step.x &&
          level.quantity === "cost" &&
          level.slices > 0,
      )
      .map(({ variant, value }) => `${variant} ${value.toFixed(1)}`);
    const text = costs.length === 0 ? "nothing measured" : `${costs.join(", ")} µs of CPU a message`;
    this.#line.print(`${labelOf(point)}, start ${start}: ${text}  (${left(leftMs)})`);
  }

  /** Reports a server that failed. */
  fail(point: Point, start: number, result: RepetitionResult): void {
    const reason = describeFailure(result) ?? "";
    this.#line.print(`${labelOf(point)}, start ${start}: ${result.variant} failed. ${reason}`.trimEnd());
  }

  /** Reports servers whose system calls could not be sampled, each reason once. */
  tellRefusedCalls(results: readonly RepetitionResult[]): void {
    for (const sentence of describeRefusedCalls(results)) this.#line.printOnce(sentence);
  }

  stop(): void {
    this.#line.stop();
  }
}

function left(ms: number): string {
  return `${timeText(Math.max(0, Math.round(ms / 1000)))} left`;
}

function labelOf({ group, step }: Point): string {
  const place = describePlace(group.axis, step.x);
  return group.name === null ? place : `${group.name}: ${place}`;
}
