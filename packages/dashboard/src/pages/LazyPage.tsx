import type { ComponentType } from "preact";
import { PanelLoading } from "../panels/Panel.js";
import { LATER_FAILED, useLater } from "../panels/useLater.js";

export interface LazyPageProps<Props> {
  load(): Promise<ComponentType<Props>>;
  /** Handed on to the page. */
  props: Props;
}

/** A page whose code is fetched when it is first opened. */
export function LazyPage<Props extends object>({ load, props }: LazyPageProps<Props>) {
  const { value: Page, failed } = useLater(load);
  if (failed) return <p role="alert">{LATER_FAILED}</p>;
  return Page === undefined ? <PanelLoading /> : <Page {...props} />;
}
