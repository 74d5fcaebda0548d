// What an instance of a metric set is made of.
export { SeriesFamily } from "./instruments/family.js";
export { LifetimeTotals } from "./instruments/lifetime-totals.js";
export { Observers } from "./instruments/observers.js";
export { SeriesTable } from "./instruments/series-table.js";
