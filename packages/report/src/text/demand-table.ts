import {
  axisWords,
  type Column,
  figure,
  integer,
  MISSING,
  percent,
  ratio,
  type Table,
  tabulate,
} from "@c10k-lab/words";
import type { Group } from "../model/group.ts";
import { listDemands, type ServiceDemand } from "../model/service-demand.ts";

const COLUMNS: readonly Column<ServiceDemand>[] = [
  { head: "D, µs", cell: ({ demand }) => figure(demand.value) },
  { head: "99 % interval", cell: describeInterval },
  { head: "1/D, messages/s", cell: ({ carried }) => integer(carried) },
  { head: "core used", cell: ({ cores }) => percent(cores === null ? null : 100 * cores) },
  { head: "rate at the limit", cell: ({ limitRate }) => integer(limitRate) },
  { head: "by 1/D", cell: ({ check }) => (check === null ? MISSING : ratio(check)) },
];

/** Returns the service demand of each server under each load, and its check; null where nothing was measured in slices. */
export function demandTable(group: Group): Table | null {
  const demands = listDemands(group);
  if (demands.length === 0) return null;
  const { label, format } = axisWords(group.axis);
  const place: Column<ServiceDemand>[] = [
    { head: "server", align: "left", cell: ({ variant }) => variant },
    { head: label, cell: ({ axisValue }) => format(axisValue) },
  ];
  return tabulate([...place, ...COLUMNS], demands);
}

function describeInterval({ demand: { low, high } }: ServiceDemand): string {
  return low === null || high === null ? MISSING : `${figure(low)} to ${figure(high)}`;
}
