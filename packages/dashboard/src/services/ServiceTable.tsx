import type { ServiceSummary } from "@tidegauge/protocol/query";
import { useState } from "preact/hooks";
import { Sparkline } from "../charts/Sparkline.js";
import { formatAge } from "../format/time.js";
import { formatValue } from "../format/unit.js";
import { linkTo } from "../route/location.js";
import { useLocation } from "../route/useLocation.js";
import { SortHead } from "../table/SortHead.js";
import { type Column, type Sorting, sortRows } from "../table/sorting.js";
import { TableScroll } from "../table/TableScroll.js";
import { ClockFlag } from "./ClockFlag.js";
import type { Nodes } from "./nodes.js";
import type { ServiceOverview, Trend, TrendColumn } from "./overview.js";
import { ServiceFlags } from "./ServiceFlags.js";
import { StatusBadge } from "./StatusBadge.js";

/** Columns of the table by the name the URL sorts with, in order. */
export const SERVICE_COLUMNS = ["name", "nodes", "throughput", "p95", "errors", "cpu", "memory", "lastSeen"] as const;
export type ServiceColumn = (typeof SERVICE_COLUMNS)[number];

const HEADS: Record<ServiceColumn, string> = {
  name: "Service",
  nodes: "Nodes",
  throughput: "Throughput",
  p95: "p95",
  errors: "Errors",
  cpu: "CPU",
  memory: "Memory",
  lastSeen: "Last seen",
};

const COLUMNS = SERVICE_COLUMNS.map(
  (key): Column<ServiceColumn> => ({
    key,
    name: HEADS[key],
    title: `Sort by ${HEADS[key]}`,
    ...(key === "name" || key === "lastSeen" ? {} : { numeric: true }),
  }),
);

const TRENDS: readonly { column: TrendColumn; unit: string; colour: number }[] = [
  { column: "throughput", unit: "/s", colour: 1 },
  { column: "p95", unit: "us", colour: 5 },
  { column: "errors", unit: "percent", colour: 7 },
  { column: "cpu", unit: "percent", colour: 2 },
  { column: "memory", unit: "byte", colour: 3 },
];

/** Rows drawn at once: with thousands, each key of the search would be waited for. */
const FIRST_ROWS = 100;

export interface ServiceTableProps {
  services: readonly ServiceSummary[];
  overview: ReadonlyMap<string, ServiceOverview>;
  /** Who reported in the range; until that is known all nodes of a service count. */
  nodes: Nodes | undefined;
  sorting: Sorting<ServiceColumn>;
  onSort(sorting: Sorting<ServiceColumn>): void;
  nowMs: number;
}

/** One row a service, with what one wants to know first. */
export function ServiceTable({ services, overview, nodes, sorting, onSort, nowMs }: ServiceTableProps) {
  const { parameters } = useLocation();
  const [all, setAll] = useState(false);
  const nodesOf = (service: ServiceSummary) => (nodes === undefined ? service.nodes : (nodes.get(service.name) ?? []));
  const sorted = sortRows(services, sorting, (service, column) =>
    column === "nodes" ? nodesOf(service).length : cell(service, overview.get(service.name), column),
  );
  const rows = all ? sorted : sorted.slice(0, FIRST_ROWS);
  return (
    <TableScroll label="Table of services">
      <label class="choice sort-choice">
        <span>Sort by</span>
        <select
          value={sorting.key}
          onChange={({ currentTarget: { value } }) =>
            onSort({ key: value as ServiceColumn, descending: value !== "name" })
          }
        >
          {COLUMNS.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <table class="services" data-testid="services">
        <SortHead columns={COLUMNS} sorting={sorting} onSort={onSort} />
        <tbody>
          {rows.map((service) => (
            <tr key={service.name} data-testid={`service-${service.name}`}>
              <th scope="row">
                <a class="service-name" title={service.name} href={linkTo(["services", service.name], parameters)}>
                  {service.name}
                </a>
                <span class="service-facts">
                  {service.environments.map((environment) => (
                    <span key={environment} class="tag">
                      {environment}
                    </span>
                  ))}
                  {service.agent && (
                    <span class="muted">
                      {service.agent.name} {service.agent.version}
                    </span>
                  )}
                  <ClockFlag offsetMs={service.clockOffsetMs} />
                </span>
                <ServiceFlags service={service.name} overview={overview.get(service.name)} />
              </th>
              <td class="number" data-label={HEADS.nodes} title={nodesOf(service).join(", ")}>
                {nodesOf(service).length || "–"}
              </td>
              {TRENDS.map(({ column, unit, colour }) => (
                <td key={column} class="number" data-label={HEADS[column]}>
                  <TrendValue trend={overview.get(service.name)?.[column]} unit={unit} colour={colour} />
                </td>
              ))}
              <td class="service-status">
                <StatusBadge status={service.status} />
                {service.lastSeen !== null && (
                  <span class="last-seen muted">{formatAge(Date.parse(service.lastSeen), nowMs)}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length < sorted.length && (
        <button type="button" class="button more-rows" onClick={() => setAll(true)}>
          Show all {sorted.length} services
        </button>
      )}
    </TableScroll>
  );
}

function TrendValue({ trend, unit, colour }: { trend: Trend | undefined; unit: string; colour: number }) {
  return (
    <span class="trend">
      {trend && trend.value !== null && <Sparkline values={trend.values} colour={colour} />}
      <span class="trend-value">{formatValue(trend?.value, unit)}</span>
    </span>
  );
}

function cell(service: ServiceSummary, overview: ServiceOverview | undefined, column: Exclude<ServiceColumn, "nodes">) {
  if (column === "name") return service.name;
  if (column === "lastSeen") return service.lastSeen === null ? null : Date.parse(service.lastSeen);
  return overview?.[column].value;
}
