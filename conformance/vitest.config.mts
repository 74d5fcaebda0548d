import { defineConfig } from "vitest/config";

/** The suites that need whole processes, a browser or another Node: one file after the other, with time to spare. */
export default defineConfig({
  test: {
    // An agent with its defaults would ask a cloud's metadata service.
    env: { ELASTIC_APM_CLOUD_PROVIDER: "none" },
    include: ["conformance/*/**/*.test.mjs"],
    root: new URL("..", import.meta.url).pathname,
    fileParallelism: false,
    // In CI the cores are shared with others: a test that one late process made fail is tried again, and named (scripts/count.mjs).
    retry: process.env.CI === "true" ? 1 : 0,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A condition is waited for, however busy the machine: vitest's own second is too short.
    expect: { poll: { timeout: 60_000 } },
  },
});
