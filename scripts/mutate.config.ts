import { defineConfig } from "vitest/config";
import suite from "../vitest.config.ts";

/** The suite's own, for the tests that `mutate.ts` has chosen; the faults are in the source, so no bundle is built. */
export default defineConfig({
  test: { ...suite.test, include: JSON.parse(process.env.MUTATED_TESTS ?? "[]"), globalSetup: [] },
});
