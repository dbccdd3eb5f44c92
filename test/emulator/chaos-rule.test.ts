import { expectTypeOf, test } from "vitest";
import type { AcceptedRule } from "../../src/emulator/chaos.ts";
import type { ChaosRule } from "../../src/emulator/chaos-rule.ts";

test("the types of the faults are what their schemas take", () => {
  expectTypeOf<ChaosRule>().toExtend<AcceptedRule>();
  expectTypeOf<AcceptedRule>().toExtend<ChaosRule>();
});
