// In this order: uPlot reads the locale while it is being loaded. Whoever needs uPlot takes it from here, since the bundler
// may load it before the page's own first line.
import "./locale.js";
import uPlot from "uplot";

export default uPlot;
