import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/leaks.ts"],
    globalSetup: ["test/support/build.ts"],
    // Tests wait for processes and sockets more than they compute: one worker a core would idle.
    maxWorkers: 5,
    // Nothing here lives in a module's top level, so files can share what a worker has loaded: half the CPU time.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: { provider: "v8", include: ["src/**"], reporter: ["text-summary"] },
  },
});
