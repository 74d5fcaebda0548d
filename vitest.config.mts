import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // An agent with its defaults would ask a cloud's metadata service; a test that wants that says so and gives its own.
    env: { ELASTIC_APM_CLOUD_PROVIDER: "none" },
    include: ["packages/*/src/**/*.test.ts", "scripts/**/*.test.mjs"],
    // 2 shared cores: more workers only add noise.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    typecheck: {
      enabled: true,
      include: ["packages/agent/src/**/*.test-d.ts"],
      tsconfig: "packages/agent/tsconfig.test-d.json",
    },
  },
});
