import { type Capacity, SEARCHED, type Search } from "@c10k-lab/protocol";
import {
  describeEnd,
  describeFixed,
  describeLimit,
  describeObjective,
  describeSearchDoubt,
  describeSearchOrder,
  describeSignalBriefly,
  MISSING,
  searchName,
} from "@c10k-lab/words";
import { capacityCharts, limitChart } from "../charts/data/capacity.ts";
import type { Experiment } from "../model/experiment.ts";
import { slug } from "../model/experiment.ts";
import type { AnswerRow } from "./answer-rows.ts";
import type { Section, Story } from "./parts.ts";

/** A section has two to five sentences. */
const SEARCHES_MAX = 4;

/** Tells what the searches of a plan found: a section for each quantity that was raised. */
export function tellCapacity(experiment: Experiment, capacity: Capacity, servers: readonly string[]): Story {
  const { searches } = capacity;
  const sections = SEARCHED.flatMap((searched) => {
    const of = searches.filter((one) => one.searched === searched);
    return of.length === 0 ? [] : [tellSearches(experiment, { ...capacity, searches: of }, servers)];
  });
  return {
    experiment,
    answer: sections.length === 0 ? ["No search has ended."] : sections.map(({ claim }) => `${claim}.`),
    rows: searches.map(rowOf),
    sections,
    lead: sections.find(({ charts }) => charts.length > 0) ?? null,
    findings: [],
    remarks: searches.map(describeEnd),
    comparisons: [],
    unmeasured: null,
  };
}

function tellSearches(experiment: Experiment, capacity: Capacity, servers: readonly string[]): Section {
  const { searches } = capacity;
  const [first] = searches as [Search];
  const variants = [...new Set(searches.map(searchName))];
  const charts = [...limitChart(capacity), ...capacityCharts(capacity)].map((chart) => ({
    ...chart,
    name: ["report", slug(experiment.name), chart.name].join("-"),
    variants,
    servers,
  }));
  const doubts = searches.flatMap((search) => {
    const doubt = describeSearchDoubt(search);
    return doubt === null ? [] : [`${searchName(search)}: ${doubt}`];
  });
  return {
    name: first.searched,
    claim: describeSearchOrder(searches),
    charts,
    table: null,
    reasons: [describeObjective(capacity), ...searches.slice(0, SEARCHES_MAX).map(describeEnd)],
    footnote: doubts.length === 0 ? null : doubts.join(" "),
  };
}

function rowOf(search: Search): AnswerRow {
  return {
    question: `${search.searched} ${describeFixed(search)}`,
    name: search.searched,
    variant: searchName(search),
    holds: describeLimit(search),
    quantity: "held",
    low: null,
    high: null,
    breaks: breaksOf(search),
    hasBroken: search.first !== null,
  };
}

function breaksOf({ ended, first }: Search): string {
  if (first !== null) return describeSignalBriefly(first.signal);
  return ended === "bound" ? "nothing" : MISSING;
}
