import type { PanelLine, PanelSpec } from "./spec.js";

/** Nodes drawn one by one; the smaller ones are summed up. */
const MOST_NODES = 10;

/** The panel with a line for each node instead of one for all. Lines that are grouped already keep their groups. */
export function splitByNode(spec: PanelSpec): PanelSpec {
  const split = (line: PanelLine): PanelLine =>
    line.groupBy === undefined
      ? { ...line, groupBy: ["service.node.name"], limit: MOST_NODES, prefixed: spec.lines.length > 1 }
      : line;
  // Areas of several nodes would cover each other.
  return {
    ...spec,
    stacked: spec.stacked === true && spec.lines[0]?.groupBy !== undefined,
    lines: spec.lines.map(split),
  };
}
