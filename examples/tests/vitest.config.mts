import { defineConfig } from "vitest/config";

/** Each example is installed and run as its README says: whole processes, one file after the other. */
export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["tests/*.test.mjs"],
    globalSetup: ["tests/packages.mjs"],
    fileParallelism: false,
    // In CI the cores are shared with others: a test that one late process made fail is tried again, and named (scripts/count.mjs).
    retry: process.env.CI === "true" ? 1 : 0,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
