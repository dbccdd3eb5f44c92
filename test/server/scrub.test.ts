import { test as base, expect, openPolicy } from "../support/fixtures.ts";

const FROM_ENVIRONMENT = "correct-horse-battery";

const test = base.extend({ policy: { ...openPolicy, allowPlainSecrets: true, secrets: [FROM_ENVIRONMENT] } });

test("hides the token and known secrets wherever they come from, in text and in data", {
  tags: "secrets",
}, async ({ mcp, emulator }) => {
  const command = `echo ${emulator.token} ${FROM_ENVIRONMENT}; exit 1`;
  await mcp.ok("job_start", {
    image: "ubuntu",
    name: "leaky",
    description: `uses ${FROM_ENVIRONMENT}`,
    command,
  });
  await mcp.ok("job_wait", { jobs: ["leaky"], wait_seconds: 10 });
  for (const [tool, args] of [
    ["job_status", { jobs: ["leaky"] }],
    ["job_logs", { jobs: ["leaky"] }],
    ["job_list", { text: "leaky" }],
  ] as const) {
    const { text, data } = await mcp.ok(tool, args);
    const whole = text + JSON.stringify(data);
    expect(whole, tool).toContain("leaky");
    expect(whole, tool).not.toContain(emulator.token);
    expect(whole, tool).not.toContain(FROM_ENVIRONMENT);
  }
  const refusal = await mcp.refusal("job_status", { jobs: [emulator.token] });
  expect(refusal).not.toContain(emulator.token);
});

test("hides a job's own secret variables in what it prints, by value", { tags: "secrets" }, async ({
  mcp,
}) => {
  const job = { image: "ubuntu", name: "printer", env: { DB_PASSWORD: "xylophone-river-42" } };
  await mcp.ok("job_start", { ...job, command: "echo it is $DB_PASSWORD indeed; exit 1" });
  const { text: waited } = await mcp.ok("job_wait", {
    ...{ jobs: ["printer"], until: "log", pattern: "it is" },
    wait_seconds: 40,
  });
  const { text: logs } = await mcp.ok("job_logs", { jobs: ["printer"] });
  await mcp.ok("job_wait", { jobs: ["printer"], wait_seconds: 40 });
  const { text: status } = await mcp.ok("job_status", { jobs: ["printer"] });
  for (const text of [waited, logs, status]) {
    expect(text).toMatch(/it is .*indeed/);
    expect(text).not.toContain("xylophone");
  }
});
