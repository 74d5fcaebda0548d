import { defineConfig } from "vite";

/** Where `npm run dev` forwards the query API; the built page asks the server it came from. */
const server = process.env.TIDEGAUGE_SERVER_URL ?? "http://127.0.0.1:8200";

export default defineConfig({
  // Relative, so that the page also works behind a proxy that serves it under a path.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../server/dashboard",
    emptyOutDir: true,
    target: "es2022",
    // The polyfill is an inline script in some browsers, which `script-src 'self'` refuses.
    modulePreload: { polyfill: false },
    // A data: URL needs its own CSP source; a file needs none.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": server } },
});
