import { defineConfig } from "vitest/config";

/** The suites that need whole processes, a browser or another Node: one file after the other, with time to spare. */
export default defineConfig({
  test: {
    include: ["conformance/*/**/*.test.mjs"],
    root: new URL("..", import.meta.url).pathname,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
