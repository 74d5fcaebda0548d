import type { ComponentType } from "preact";
import { PanelLoading } from "../panels/Panel.js";
import { LATER_FAILED, useLater } from "../panels/useLater.js";

/** A page whose code is fetched when it is first opened. */
export function LazyPage({ load }: { load(): Promise<ComponentType> }) {
  const { value: Page, failed } = useLater(load);
  if (failed) return <p role="alert">{LATER_FAILED}</p>;
  return Page === undefined ? <PanelLoading /> : <Page />;
}
