import { defineConfig } from "vitest/config";

/** The suites that need whole processes, a browser or another Node: one file after the other, with time to spare. */
export default defineConfig({
  test: {
    // An agent with its defaults would ask a cloud's metadata service.
    env: { ELASTIC_APM_CLOUD_PROVIDER: "none" },
    include: ["conformance/*/**/*.test.mjs"],
    root: new URL("..", import.meta.url).pathname,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A condition is waited for, however busy the machine: vitest's own second is too short.
    expect: { poll: { timeout: 60_000 } },
  },
});
