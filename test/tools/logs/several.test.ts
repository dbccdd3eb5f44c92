import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";

describe("job_logs of several jobs", () => {
  test.override({ emulatorOptions: { scene: "week" } });

  test("shows those with a hit, and the others in one line", async ({ mcp }) => {
    const asked = { tags: ["lr-sweep-0417"], grep: "Segmentation|nan" };
    const { text, data } = await mcp.ok("job_logs", asked);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1500);
    expect(data.logs).toHaveLength(20);
    expect(data.logs.filter(({ matches }: { matches: number }) => matches > 0)).toHaveLength(2);
    expect(text).toContain("\nSegmentation fault (core dumped)\n");
    expect(text).toMatch(/^No line with "Segmentation\|nan" in the whole logs of lr-sweep-0417-23, .*-4\.$/m);
  });

  test("shows the last three lines of one without a hit", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_logs", { jobs: ["eval-nightly"], grep: "nothing-of-this" });
    expect(text).toMatch(/0 lines with "nothing-of-this" in the whole log/);
    expect(text).toMatch(
      /last lines of the log of eval-nightly \(data.*:\n```\n.*\n.*\nKeyError: 'head.weight'\n```/,
    );
    expect(data.logs[0]).toMatchObject({ log: "", matches: 0 });
    expect(data.logs[0].last_lines.split("\n")).toHaveLength(3);
  });

  test("says the budget that they share", async ({ mcp }) => {
    const { text } = await mcp.ok("job_logs", { tags: ["lr-sweep-0417"] });
    expect(Buffer.byteLength(text)).toBeLessThan(17_000);
    expect(text).toContain("All logs together are kept to 16 kB: fewer jobs show more of each.");
  });
});
