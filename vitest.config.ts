import { defineConfig } from "vitest/config";

// Tests import the built packages (`npm test` builds first), so that one instance of core exists in a test:
// the one that plugins and discovery find too. There is no alias from a package to its src on purpose.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    setupFiles: ["./test/use-software-vulkan.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ["default", "./test/skipped-reporter.ts"],
    coverage: {
      provider: "v8",
      reportsDirectory: "coverage",
      include: ["core/dist/chunks/**/*.js", "plugins/*/dist/chunks/**/*.js"],
    },
  },
});
