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
    // The guides import the library as it is shipped.
    server: { deps: { external: [/\/dist\/\w+\.js$/] } },
    // Only what hangs: how long a test takes depends on what else the machine does.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // Tests that try a fault; `npm run reliability` puts them into docs/reliability.md.
    tags: [
      { name: "starts", description: "A start happens once" },
      { name: "kills", description: "A kill hits only what was named" },
      { name: "logs", description: "A log shows what was printed" },
      { name: "leaks", description: "Nothing is left behind" },
      { name: "secrets", description: "Secrets stay in" },
      { name: "hostility", description: "Whatever arrives, it answers" },
      { name: "outages", description: "It keeps going" },
    ],
    // What failed is seen whole.
    chaiConfig: { truncateThreshold: 2000 },
    coverage: { provider: "v8", include: ["src/**"], reporter: ["text-summary"] },
  },
});
