import "uplot/dist/uPlot.min.css";
import "./theme/tokens.css";
import "./app.css";
import { render } from "preact";
import { App } from "./App.js";
import { applyTheme } from "./theme/theme.js";

applyTheme();
const root = document.getElementById("app");
if (root) render(<App />, root);
