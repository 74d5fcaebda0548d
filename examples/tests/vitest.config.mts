import { defineConfig } from "vitest/config";

/** Each example is installed and run as its README says: whole processes, one file after the other. */
export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["tests/*.test.mjs"],
    globalSetup: ["tests/packages.mjs"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
