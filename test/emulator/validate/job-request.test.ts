import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/emulator/validate/check.ts";
import { jobRequest } from "../../../src/emulator/validate/job-request.ts";

interface Golden {
  base: object;
  cases: { id: string; body: object; error: string }[];
}

const golden: Golden = JSON.parse(readFileSync("test/fixtures/platform/validation.json", "utf8"));

function refusal(body: object, flat = true): string {
  try {
    jobRequest({ cluster: "default", energySchedules: ["default", "night"], flat })(body);
  } catch (error) {
    if (error instanceof DataError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("a create body", () => {
  test("passes with nothing but image and resources", () => {
    expect(refusal(golden.base)).toBe("accepted");
  });

  test.each(golden.cases)("is refused for $id", ({ body, error }) => {
    expect(refusal({ ...golden.base, ...body })).toBe(error);
  });

  test("needs its container in the other form", () => {
    expect(refusal({}, false)).toBe("{'container': DataError('is required')}");
    expect(refusal({ container: golden.base }, false)).toBe("accepted");
  });

  test("needs memory and a tenth of a CPU in the other form", () => {
    const container = (resources: object) => ({ container: { image: "a", resources } });
    expect(refusal(container({ cpu: 1 }), false)).toContain("Either memory or memory_mb should be present");
    expect(refusal(container({ cpu: 0.05, memory: 2 ** 30 }), false)).toContain("value is less than 0.1");
  });

  test("refuses a schedule without a scheduler and a timeout with one", () => {
    const scheduled = { ...golden.base, energy_schedule_name: "night" };
    expect(refusal(scheduled)).toBe("energy_schedule_name requires scheduler_enabled");
    const both = { ...golden.base, scheduler_enabled: true, schedule_timeout: 5 };
    expect(refusal(both)).toBe("schedule_timeout is not allowed for scheduled jobs");
  });
});
