import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";

const LOCAL: [volume: string, copy: string, volumes: string][] = [
  ["/home/me/data:/data", "/home/me/data storage:data", "storage:data:/data"],
  ["./x:/x:ro", "./x storage:x", "storage:x:/x"],
  ["../my runs/:/runs", '"../my runs/" storage:runs', "storage:runs:/runs"],
  ["C:\\x:/x", "C:\\x storage:x", "storage:x:/x"],
  ["~/x:/x", "~/x storage:x", "storage:x:/x"],
  ["$PWD:/app", "$PWD storage:PWD", "storage:PWD:/app"],
  ["src/x:/x", "src/x storage:x", "storage:x:/x"],
  ["/data", "/data storage:data", "storage:data:/data"],
];

describe("a folder of the user's machine", () => {
  test("is answered with the ways that work", async ({ mcp }) => {
    for (const [volume, copy, volumes] of LOCAL) {
      const text = await mcp.refusal("job_start", { image: "ubuntu:22.04", volumes: [volume] });
      expect(text).toContain("is on the user's machine, where no job sees it.");
      expect(text).toContain(`\`apolo storage cp -r ${copy}\``);
      expect(text).toContain(`{"volumes":[${JSON.stringify(volumes)}]}`);
      expect(text).toMatch(/cat > \/\w+\/a\.txt <<'END'/);
      expect(text).toContain('"stdin":"…"');
      expect(text.match(/Volume "|E\.g\./g)).toBeNull();
    }
  });

  test("is told from a volume of the platform", async ({ mcp }) => {
    const volumes = ["storage:data/x:/x:ro", "storage://default/acme/vision/y:/y", "storage::/mnt"];
    const { text } = await mcp.ok("job_start", { image: "ubuntu:22.04", volumes, dry_run: true });
    expect(text).not.toContain("machine");
  });
});
