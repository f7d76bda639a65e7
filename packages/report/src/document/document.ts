import { describeUnsettled } from "@c10k-lab/words";
import type { Figure, GroupChart } from "../charts/draw/chart.ts";
import { answerTable } from "../story/answer-rows.ts";
import type { Section, Story } from "../story/parts.ts";
import { figureBlock } from "../text/figures.ts";
import { blocks, bullets, demoted, renderTable, text } from "../text/markdown.ts";
import { describeDamages, describePartial } from "./ends.ts";
import { environment } from "./environment.ts";
import { limits } from "./limits.ts";
import { method } from "./method.ts";
import { questions } from "./questions.ts";

/** The report as Markdown, and the charts that it shows at `charts/NAME.svg`. */
interface Rendered {
  readonly markdown: string;
  readonly charts: readonly Figure[];
}

/** Numbers the figures in the order in which they are shown. */
class Figures {
  readonly #shown: Figure[] = [];

  get shown(): readonly Figure[] {
    return this.#shown;
  }

  show(chart: GroupChart | undefined): string {
    if (chart === undefined) return "";
    const figure = { ...chart, number: this.#shown.length + 1 };
    this.#shown.push(figure);
    return figureBlock(figure);
  }
}

/** Renders the answer on the first screen, then a section for each question, then method, limits and environment. */
export function renderDocument(stories: readonly Story[]): Rendered {
  const figures = new Figures();
  const experiments = stories.map(({ experiment }) => experiment);
  const markdown = blocks([
    stories.length === 1 ? "" : renderSummary(stories),
    ...stories.map((story) => renderStory(story, figures, stories.length === 1)),
    method(experiments),
    limits(experiments),
    environment(experiments),
  ]);
  return { markdown: `${markdown}\n`, charts: figures.shown };
}

function renderSummary(stories: readonly Story[]): string {
  const answers = stories.map(({ experiment, answer }) => `${experiment.name}: ${answer.join(" ")}`);
  return blocks(["# Which server architecture stops scaling first?", bullets(answers), questions(stories)]);
}

function renderStory(story: Story, figures: Figures, isOnly: boolean): string {
  const { experiment, answer, rows, sections, lead, comparisons, remarks, unmeasured } = story;
  const open = describeUnsettled(comparisons);
  const failures = comparisons.length + rows.length === 0 ? remarks : [];
  const [shown, ...others] = lead?.charts ?? [];
  const first = blocks([
    `# ${text(experiment.results.manifest.question)}`,
    describePartial(experiment.results),
    describeDamages(experiment.results),
    `**${text(answer.join(" "))}**`,
    unmeasured === null ? "" : `> ${text(unmeasured)}`,
    bullets(failures),
    figures.show(shown),
    rows.length === 0 ? "" : renderTable(answerTable(rows)),
    [open === null ? "" : text(open), "[All cells, intervals and charts](details.md)."]
      .filter((part) => part !== "")
      .join(" "),
    isOnly ? questions([story]) : "",
  ]);
  const rest = sections.map((section) =>
    renderSection(section, section === lead ? others : section.charts, figures),
  );
  return demoted(blocks([first, ...rest]), isOnly ? 0 : 1);
}

function renderSection(section: Section, [chart]: readonly GroupChart[], figures: Figures): string {
  const { claim, table, reasons, footnote } = section;
  const last = reasons.length - 1;
  const marked = reasons.map((reason, at) => (footnote !== null && at === last ? `${reason} †` : reason));
  return blocks([
    `## ${text(claim)}`,
    figures.show(chart),
    table === null ? "" : renderTable(table),
    bullets(marked),
    footnote === null ? "" : `*† ${text(footnote)}*`,
  ]);
}
