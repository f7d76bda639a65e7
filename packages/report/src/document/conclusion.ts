import { CONFIDENCE_PERCENT, RUNS_MIN } from "@c10k-lab/inference";
import { DOUBT_REASONS, type DoubtReason } from "@c10k-lab/protocol";
import { listed, plural } from "@c10k-lab/words";
import { firstDegradation } from "../comparison/scaling.ts";
import { isInconclusive } from "../findings/capacity.ts";
import { doubtOf, limitText, nameOf } from "../findings/capacity-text.ts";
import { findingsOfRun } from "../findings/findings.ts";
import { placeOf } from "../model/place.ts";
import { type Run, titleOf } from "../model/run.ts";
import { cellsOf, isAboutScaling, isWhole, type Study } from "../model/study.ts";
import { blocks, bullets, tableOf } from "../text/markdown.ts";

/** Which architecture stopped first, on which axis, by which sign; what could not be concluded, and what would help. */
export function conclusion(runs: readonly Run[]): string {
  const rows = runs.flatMap((run) => (run.results.capacity === null ? loadRows(run) : searchRows(run)));
  const others = runs.filter(
    ({ results, studies }) => results.capacity === null && !studies.some(isAboutScaling),
  );
  const unclear = unresolved(runs);
  return blocks([
    "## Conclusion",
    rows.length === 0
      ? ""
      : tableOf(
          {
            head: [
              "plan",
              "server",
              "stopped at",
              `first sign (${CONFIDENCE_PERCENT} % interval)`,
              "conclusive",
            ],
            rows,
          },
          [0, 1, 2, 3, 4],
        ),
    bullets(
      others.flatMap((run) =>
        findingsOfRun(run)
          .answer.slice(0, 3)
          .map((one) => `${run.name}, ${one}`),
      ),
    ),
    unclear.length === 0
      ? "Nothing measured was inconclusive."
      : blocks(["### What could not be concluded, and what would help", bullets(unclear)]),
  ]);
}

function loadRows(run: Run): string[][] {
  return run.studies.filter(isAboutScaling).flatMap((study) =>
    study.variants
      .map((variant) => ({ variant, degradation: firstDegradation(study, variant) }))
      .toSorted((a, b) => (a.degradation?.cell.x ?? Infinity) - (b.degradation?.cell.x ?? Infinity))
      .flatMap(({ variant, degradation }) => {
        const title = titleOf(run, study);
        if (degradation === null) return heldRow(title, study, variant);
        const { cell, signs } = degradation;
        const isSure = signs.some((sign) => sign.isSure);
        const doubts = cell.status === "ok" ? cell.doubts : [];
        const why = [...(isSure ? [] : ["the interval does not decide"]), ...doubts];
        return [
          [
            title,
            variant,
            placeOf(study.axis, cell.x),
            listed(signs.map(({ sentence }) => sentence)),
            why.length === 0 ? "yes" : `no: ${listed(why)}`,
          ],
        ];
      }),
  );
}

function heldRow(title: string, study: Study, variant: string): string[][] {
  const largest = cellsOf(study, variant).filter(isWhole).at(-1);
  if (largest === undefined) return [[title, variant, "not known", "no cell ended ok", "no"]];
  const doubts = largest.doubts.length === 0 ? "yes" : `no: ${listed(largest.doubts)}`;
  return [[title, variant, `not up to ${placeOf(study.axis, largest.x)}`, "none", doubts]];
}

function searchRows({ name, results }: Run): string[][] {
  return (results.capacity?.searches ?? []).map((search) => [
    name,
    nameOf(search),
    search.failed === null && search.met !== null ? `not below; ${limitText(search)}` : limitText(search),
    search.first === null ? "none" : `${search.first.signal}: ${search.first.sentence}`,
    isInconclusive(search) ? `no: ${doubtOf(search).replace(" Inconclusive: ", "") || search.ended}` : "yes",
  ]);
}

const RESOLUTIONS: Readonly<Record<Exclude<DoubtReason, "status">, string>> = {
  books: "nothing of these cells can be trusted before it is known why",
  "not-held": "a longer exchange, or the barrier, keeps all connections open at one time",
  "client-limit": "a machine with more processors, on which several clients share a load (--clients)",
  "loop-lag": "a machine with more processors, on which several clients share a load (--clients)",
  "send-lag": "a machine with more processors, or a lower rate",
  stolen: "a machine whose processors no other guest uses",
  "busy-host": "a machine on which nothing else is at work",
  throttled: "no CPU quota",
  "listen-overflow": "a longer backlog, unless the overflow is what is looked at",
};

function unresolved(runs: readonly Run[]): string[] {
  return [...partial(runs), ...fewRuns(runs), ...byReason(runs), ...searches(runs)];
}

function partial(runs: readonly Run[]): string[] {
  return runs
    .filter(({ results }) => results.manifest.outcome !== "complete")
    .map(({ name }) => `Plan ${name} was not finished: run it to its end.`);
}

function fewRuns(runs: readonly Run[]): string[] {
  const few = runs.filter(
    ({ results, studies }) =>
      results.capacity === null &&
      studies.some(({ everyCell }) => everyCell.some((cell) => cell.results.length < RUNS_MIN)),
  );
  if (few.length === 0) return [];
  return [
    `In ${listed(few.map(({ name }) => name))} cells have fewer than ${RUNS_MIN} runs, so they have no interval and no difference is claimed: more repeats (--repeats).`,
  ];
}

function byReason(runs: readonly Run[]): string[] {
  // What became of a cell that did not end ok is its result.
  return DOUBT_REASONS.filter((reason) => reason !== "status").flatMap((reason) => {
    const counts = runs.flatMap(({ name, results, studies }) => {
      if (results.capacity !== null) return [];
      const cells = studies.flatMap(({ everyCell }) => everyCell);
      const doubtful = cells.filter(({ doubts }) => doubts.includes(reason)).length;
      return doubtful === 0 ? [] : [`${doubtful} of ${plural(cells.length, "cell")} in ${name}`];
    });
    return counts.length === 0
      ? []
      : [`${reason}: ${listed(counts)}. What would help: ${RESOLUTIONS[reason]}.`];
  });
}

function searches(runs: readonly Run[]): string[] {
  return runs.flatMap(({ name, results }) =>
    (results.capacity?.searches ?? []).filter(isInconclusive).map((search) => {
      const why = doubtOf(search).replace(" Inconclusive: ", "") || `the search ended ${search.ended}.`;
      const help =
        search.first?.signal === "client-limit"
          ? RESOLUTIONS["client-limit"]
          : "the same search on a quiet machine";
      return `${name}, ${nameOf(search)} (${search.searched}): ${why} What would help: ${help}.`;
    }),
  );
}
