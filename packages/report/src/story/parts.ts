import type { Finding } from "@c10k-lab/protocol";
import type { Table } from "@c10k-lab/words";
import type { GroupChart } from "../charts/draw/chart.ts";
import type { Experiment } from "../model/experiment.ts";
import type { AnswerRow } from "./answer-rows.ts";

/** One question of an experiment, with its claim and what speaks for and against it. */
export interface Section {
  /** Short name, for the table of contents: the group, or the plan. */
  readonly name: string;
  readonly claim: string;
  /** Charts that show it, the clearest first. */
  readonly charts: readonly GroupChart[];
  /** Costs of the connections; null where the lab did not look. */
  readonly table: Table | null;
  /** Two to five sentences. */
  readonly reasons: readonly string[];
  /** Reasons why figures of the section may not be the server's, in sentences; null where there is none. */
  readonly footnote: string | null;
}

/** An experiment as a person reads it: the answer first. */
export interface Story {
  readonly experiment: Experiment;
  /** Sentences, one for each fact, the strongest first: two at most. */
  readonly answer: readonly string[];
  readonly rows: readonly AnswerRow[];
  /** Sections in the order of the plan. */
  readonly sections: readonly Section[];
  /** The section with the strongest claim that has a chart; null where none has. */
  readonly lead: Section | null;
  /** Findings that settle something, the strongest first. */
  readonly findings: readonly Finding[];
  /** Results of searches and reasons why servers failed, a sentence each. */
  readonly remarks: readonly string[];
  /** Comparisons that the plan asks for, settled or not. */
  readonly comparisons: readonly Finding[];
  /** Loads that the budget left no time for, as a sentence; null where all were measured. */
  readonly unmeasured: string | null;
}
