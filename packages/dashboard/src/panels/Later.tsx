import type { ComponentType } from "preact";
import { PanelLoading } from "./Panel.js";
import { LATER_FAILED, useLater } from "./useLater.js";

export interface LaterProps<Props> {
  load(): Promise<ComponentType<Props>>;
  /** Handed on to the part. */
  props: Props;
}

/** A part of the page whose code is fetched when it is first shown. */
export function Later<Props extends object>({ load, props }: LaterProps<Props>) {
  const { value: Part, failed } = useLater(load);
  if (failed) return <p role="alert">{LATER_FAILED}</p>;
  return Part === undefined ? <PanelLoading /> : <Part {...props} />;
}
