import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";

const dryRun = { dry_run: true, life_span: "1h", http_port: 8888 };

describe("the link of a start", () => {
  test.for([
    [{ image: "jupyter/base-notebook:latest" }, true],
    [{ image: "python:3.12", command: "jupyter lab --ip 0.0.0.0" }, true],
    [{ image: "python:3.12", command: "jupyter lab --ServerApp.token=''" }, false],
    [{ image: "jupyter/base-notebook:latest", command: "python serve.py" }, false],
  ] as const)("is said to end at a login or not: %j", async ([what, isLogin], { mcp }) => {
    const { text } = await mcp.ok("job_start", { ...dryRun, ...what });
    expect(text.includes("ends at Jupyter's own login")).toBe(isLogin);
  });

  test("is called open to the internet where nobody has to log in", async ({ mcp }) => {
    const args = { ...dryRun, image: "python:3.12", command: "python serve.py", http_auth: false };
    expect((await mcp.ok("job_start", args)).text).toContain("open to the internet");
  });
});
