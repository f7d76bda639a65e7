import type { OptionDifference } from "@c10k-lab/protocol";
import { optionText } from "@c10k-lab/words";
import type { CellFigures } from "../model/cell-figures.ts";
import { hasPlace } from "../model/options.ts";

type Options = Readonly<Record<string, unknown>>;

/** Lists the options in which the loads of two cells differ; empty when they are the same. */
export function listLoadDifferences(
  { middle: before }: CellFigures,
  { middle: after }: CellFigures,
): OptionDifference[] {
  return [
    ...compareOptions("cell", listShape(before), listShape(after)),
    ...compareOptions("server", before.listening?.options, after.listening?.options),
    ...compareOptions("client", before.client?.asked.options, after.client?.asked.options),
  ];
}

function listShape({ server, axis, connections, clients, servers }: CellFigures["middle"]): Options {
  return { server, axis, connections, clients, servers };
}

/** Compares options. An app that died has not told its own: then nothing is known to differ. */
function compareOptions(
  of: OptionDifference["of"],
  before: Options | undefined,
  after: Options | undefined,
): OptionDifference[] {
  if (before === undefined || after === undefined) return [];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((option) => !hasPlace(option))
    .map((option) => ({ of, option, before: given(before[option]), after: given(after[option]) }))
    .filter((one) => optionText(one.before) !== optionText(one.after));
}

/** Returns an option that was given. One that the other version does not have is the same as one not given. */
function given(value: unknown): unknown {
  return value === false || value === undefined ? null : value;
}
