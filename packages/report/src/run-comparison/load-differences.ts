import type { CellFigures } from "../model/cell-figures.ts";
import { optionText } from "../model/option-text.ts";

/** Options that say where an app ran and what it wrote, not what was done to the server. */
const NO_LOAD = new Set([
  ...["host", "port", "metricsPort", "stats", "summary", "startAtMs", "waitForServerMs", "exitWithParent"],
]);

type Options = Readonly<Record<string, unknown>>;

/** In which the loads of two cells differ: "durationMs 1000 before, 2000 after". Empty when they are the same. */
export function loadDifferences({ cell: before }: CellFigures, { cell: after }: CellFigures): string[] {
  return [
    ...differencesOf(shapeOf(before), shapeOf(after)),
    ...differencesOf(before.listening?.options, after.listening?.options, "of the server"),
    ...differencesOf(before.client?.asked.options, after.client?.asked.options, "of the client"),
  ];
}

function shapeOf({ server, axis, connections, clients, servers }: CellFigures["cell"]): Options {
  return { server, axis, connections, clients, servers };
}

/** An app that died has not said what it was asked: then nothing is known to differ. */
function differencesOf(before: Options | undefined, after: Options | undefined, where = ""): string[] {
  if (before === undefined || after === undefined) return [];
  const [was, is] = [given(before), given(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) => {
      const option = where === "" ? name : `${name} ${where}`;
      return `${option} ${was.get(name) ?? "not given"} before, ${is.get(name) ?? "not given"} after`;
    });
}

/** An option that the other version does not have is the same as one that was not given. */
function given(options: Options): Map<string, string> {
  const meant = Object.entries(options).filter(
    ([name, value]) => !NO_LOAD.has(name) && value !== false && value !== null,
  );
  return new Map(meant.map(([name, value]) => [name, optionText(value)]));
}
