import { choices, flag, percentage, text } from "@c10k-lab/cli";
import { COMPARED_QUANTITIES } from "@c10k-lab/protocol";

/** Commands of this app as others see them. The lab offers the same and hands them over. */

export const REPORT = {
  usage: "report [folders..]",
  describe: "write the report of a results folder anew, or one report of several",
  arguments: [
    {
      name: "folders",
      describe: "results folders, or their names below results/",
      default: "results/latest",
    },
  ],
  options: {
    out: text({ describe: "folder to write it to [default: the results folder, where there is one]" }),
    pdf: flag("also report.pdf, which Chromium makes of report.html"),
    verbose: flag("print the table of all cells and every finding, too"),
  },
  examples: [
    ["npm run lab -- report latest", "also of a run that was killed"],
    ["npm run lab -- report --pdf", "to hand in"],
    ["npm run lab -- report results/a-origin results/b-idle --out both", "one report of two runs"],
  ],
} as const;

export const COMPARE = {
  usage: "compare <before> <after>",
  describe: "two experiments side by side; exit code 1 when the second is surely worse: a regression gate",
  arguments: [
    { name: "before", describe: "a results folder, or its name below results/" },
    { name: "after", describe: "another one, which is judged" },
  ],
  options: {
    thresholdPercent: percentage({
      describe:
        "a regression is a change for the worse whose whole 99 % interval is beyond this; 10%: below -10 % for a rate, above +10 % for a time or a cost",
      default: "10%",
      max: 1000,
      noun: "a threshold",
    }),
    quantities: choices(COMPARED_QUANTITIES, {
      describe: `quantities to compare, of ${COMPARED_QUANTITIES.join(",")}`,
      default: "rate,p50,p99,intended-p99,cpu,memory,switches,held",
    }),
    countInconclusive: flag(
      "let figures that may not be the server's count as well; otherwise they are only shown",
    ),
    json: flag("print it for a program to read"),
    verbose: flag("print every cell, also those without a difference"),
    out: text({ describe: "file to write it to as well: .html, or Markdown with its charts beside it" }),
  },
  examples: [
    ["npm run lab -- compare 2026-11-22T10-00-00-quick latest", "is the newest run worse?"],
    ["npm run lab -- compare before after --out comparison.html", "a page with charts"],
    ["npm run lab -- compare results/a results/b --threshold 5% --quantities rate,cpu", "a stricter gate"],
  ],
} as const;
