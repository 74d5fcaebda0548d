import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
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
