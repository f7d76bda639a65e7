import type { Finding, FindingQuantity, RepetitionResult } from "@c10k-lab/protocol";
import { countedCells, isSliced, type MeasuredCell } from "./cells.ts";
import { hasFixedMessages, isOpenLoop, wholeQuantities } from "./whole-values.ts";

/** A quantity of two cells that is compared: that of `cell` by that of `against`. */
export interface Comparison {
  readonly question: Finding["question"];
  readonly quantity: Exclude<FindingQuantity, "held">;
  readonly isSliced: boolean;
  readonly cell: MeasuredCell;
  readonly against: MeasuredCell;
}

/**
 * Returns the quantities that are compared in a group, the first one first. An open loop offers the same rate to all; in a
 * closed one the response time follows from the rate (Little's law), and is the client's where the client is the limit.
 */
export function quantitiesOf(group: readonly RepetitionResult[]): readonly Comparison["quantity"][] {
  if (!isSliced(group)) return wholeQuantities(group);
  return isOpenLoop(group) ? ["cost", "p99"] : ["cost", "rate"];
}

/**
 * Pairs each variant with the last one at every axis value, with itself at the lower end of the axis, and with itself under
 * the same load in the last group.
 */
export function listComparisons(groups: readonly (readonly RepetitionResult[])[]): Comparison[] {
  return [...groups.flatMap(compareWithin), ...compareAcross(groups)];
}

function compareWithin(group: readonly RepetitionResult[]): Comparison[] {
  const cells = countedCells(group);
  const quantities = quantitiesOf(group);
  const sliced = isSliced(group);
  const between = [...Map.groupBy(cells, ({ axisValue }) => axisValue).values()].flatMap((here) => {
    const against = here.at(-1);
    return against === undefined ? [] : here.slice(0, -1).map((cell) => ({ cell, against }));
  });
  const growing: readonly Comparison["quantity"][] = sliced ? ["cost"] : quantities;
  return [
    ...between.flatMap((pair) =>
      quantities.map((quantity) => ({ question: "variants" as const, quantity, isSliced: sliced, ...pair })),
    ),
    ...pairEnds(cells).flatMap((pair) =>
      growing.map((quantity) => ({ question: "growth" as const, quantity, isSliced: sliced, ...pair })),
    ),
  ];
}

function pairEnds(cells: readonly MeasuredCell[]): Pick<Comparison, "cell" | "against">[] {
  return [...Map.groupBy(cells, ({ variant }) => variant).values()].flatMap((own) => {
    const [against, cell] = [own[0], own.at(-1)];
    return against && cell && against !== cell ? [{ cell, against }] : [];
  });
}

/** Compares the largest load of each variant: times can be compared only for the same number of messages. */
function compareAcross(groups: readonly (readonly RepetitionResult[])[]): Comparison[] {
  const base = groups.at(-1) ?? [];
  if (isSliced(base) || !hasFixedMessages(base)) return [];
  const others = countedCells(base);
  return groups.slice(0, -1).flatMap((group) => {
    const twins = countedCells(group).flatMap((cell) => {
      const against = others.find((other) => areTwins(cell, other));
      return against === undefined ? [] : [{ cell, against }];
    });
    const largest = new Map(twins.map((pair) => [pair.cell.variant, pair]));
    return [...largest.values()].flatMap((pair) =>
      (["p99", "wall-time"] as const).map((quantity) => ({
        question: "groups" as const,
        quantity,
        isSliced: false,
        ...pair,
      })),
    );
  });
}

function areTwins(a: MeasuredCell, b: MeasuredCell): boolean {
  const load = ({ repetitions: [first] }: MeasuredCell) => [
    first?.axis,
    first?.axisValue,
    first?.connections,
    first?.client?.asked.messages,
  ];
  const [one, other] = [load(a), load(b)];
  return a.variant === b.variant && one.every((value, at) => value === other[at]);
}
