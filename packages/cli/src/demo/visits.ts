import { MetricSet } from "@tidegauge/agent";

/**
 * Page views, with the visitor among the labels: each visitor makes a series of its own, so the set soon meets its limit.
 * A set apart, as the limit counts per set: the shop's other metrics are not touched.
 */
export class VisitsMetricSet extends MetricSet {
  readonly #views = this.counters("shop.page.views", ["page", "visitor"]);

  /** One view of `page` by a visitor. */
  view(page: string, visitor: string): void {
    this.#views.with(page, visitor).inc();
  }
}
