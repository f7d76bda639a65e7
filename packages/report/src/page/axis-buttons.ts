import type { GroupChart } from "../charts/draw/chart.ts";

export type AxisName = "x" | "y";

/** Adds a button for each axis that can have either scale. Returns the buttons by axis. */
export function addAxisButtons(
  group: HTMLElement,
  chart: GroupChart,
  toggle: (name: AxisName) => void,
): ReadonlyMap<AxisName, HTMLElement> {
  const names = (["y", "x"] as const).filter((name) => hasBothScales(chart, name));
  return new Map(
    names.map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(`Logarithmic ${name} axis`);
      button.addEventListener("click", () => toggle(name));
      group.append(button);
      return [name, button] as const;
    }),
  );
}

/** A logarithm has no zero, and no place for names, percentiles or distances from a line. */
function hasBothScales(chart: GroupChart, name: AxisName): boolean {
  const axis = chart[name];
  if (axis.names !== undefined || axis.format === "percentile" || axis.isOffset) return false;
  const points = chart.series.flatMap((one) => [...one.points, ...one.hollow, ...(one.curve ?? [])]);
  return name === "y" || points.every(([x]) => x > 0);
}
