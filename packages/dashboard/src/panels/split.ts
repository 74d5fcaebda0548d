import { NODE } from "./increases.js";
import type { PanelLine, PanelSpec } from "./spec.js";

/** Grouping by node; beyond ten the smaller ones are summed up. */
export const BY_NODE = { groupBy: [NODE], limit: 10 } as const satisfies Partial<PanelLine>;

/** Whether a panel shows each node by itself. */
export function isSplit({ lines }: PanelSpec): boolean {
  return lines.some(({ groupBy }) => groupBy?.includes(NODE));
}

/** The panel with a line for each node instead of one for all. Lines that are grouped already keep their groups. */
export function splitByNode(spec: PanelSpec): PanelSpec {
  const split = (line: PanelLine): PanelLine =>
    line.groupBy === undefined ? { ...line, ...BY_NODE, prefixed: spec.lines.length > 1 } : line;
  // Areas of several nodes would cover each other.
  return {
    ...spec,
    stacked: spec.stacked === true && spec.lines[0]?.groupBy !== undefined,
    lines: spec.lines.map(split),
  };
}
