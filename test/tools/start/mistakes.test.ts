import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";

const URI = /is not a valid reference: user, password and port are not allowed/;

describe("a start that is refused", () => {
  test.for([
    [{ image: "" }, /Image "" is not valid: it is blank; write e\.g\. python:3\.12/],
    [{ image: "  " }, /Image "" is not valid: it is blank/],
    [{ image: "ubuntu", volumes: ["storage://user:pa55@default/acme/x:/mnt"] }, URI],
    [{ image: "ubuntu", volumes: ["storage://user:pa55@default/acme/x:/mnt:ro"] }, URI],
    [{ image: "ubuntu", volumes: ["storage://default:8080/acme/x:/mnt"] }, URI],
    [{ image: "ubuntu", volumes: ["secret://user:pa55@default/x:/key"] }, URI],
    [{ image: "ubuntu", volumes: ["disk://user@default/x:/d:rw"] }, URI],
    [{ image: "ubuntu", secret_env: { A: "secret://user:pa55@default/x" } }, URI],
    [
      { image: "image://user:pa55@default/x" },
      /Image "image:\/\/…@default\/x" is not valid: user and password are not/,
    ],
  ] as const)(
    "is so once, for the right reason, without its password: %j",
    async ([args, reason], { mcp }) => {
      const { data, text } = await mcp.ok("job_start", { ...args, dry_run: true });
      expect(data.plan.problems).toEqual([expect.stringMatching(reason)]);
      const refusal = await mcp.refusal("job_start", args);
      expect(refusal).toMatch(reason);
      expect(`${text}${refusal}`).not.toContain("pa55");
    },
  );

  test("names the arguments there are", async ({ mcp }) => {
    expect(await mcp.refusal("job_exec", { shebang: 5 })).toMatch(/Accepted are: job, command, .*\.$/m);
  });
});

test("starts nothing where dry_run is empty or no word for a flag", async ({ mcp }) => {
  for (const dry_run of ["", "none", "yes"])
    expect(await mcp.refusal("job_start", { image: "ubuntu", dry_run })).toContain(
      "dry_run: give true or false; got",
    );
  expect((await mcp.ok("job_list")).data.jobs).toEqual([]);
});
