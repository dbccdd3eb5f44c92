import { faultProxy } from "../support/fault-proxy.ts";
import { test as base, connectAgent, expect, openPolicy } from "../support/fixtures.ts";
import { SLEEP } from "../support/sleepers.ts";

const SECRET = "hunter2-Xy77";

const test = base.extend({ policy: { ...openPolicy, allowPlainSecrets: true } });

test("lets no filter feel its way to a hidden value", async ({ mcp }) => {
  const command = `sh -c 'echo train --password ${SECRET} started; exit 1'`;
  const described = { name: "leaky", description: `db password: ${SECRET}`, tags: [`password=${SECRET}`] };
  await mcp.ok("job_start", { image: "ubuntu", command, ...described });
  await mcp.ok("job_wait", { jobs: ["leaky"], wait_seconds: 30 });
  const found = async (text: string) => (await mcp.ok("job_list", { text })).data.jobs.length as number;
  expect(await found("--password ")).toBe(1);
  for (const guess of ["h", "hu", SECRET, SECRET.toUpperCase()]) {
    expect(await found(`--password ${guess}`), guess).toBe(0);
    expect(await found(`password: ${guess}`), guess).toBe(0);
  }
  expect(await found("password [")).toBe(0);
  const near = await mcp.ok("job_list", { tags: [`password=${SECRET.slice(0, -1)}`] });
  expect(near.text).not.toContain(SECRET);
  const matched = async (pattern: string) => {
    const { text } = await mcp.ok("job_wait", { jobs: ["leaky"], until: "log", pattern, wait_seconds: 15 });
    return text.includes("matching line of");
  };
  expect(await matched("password .* started")).toBe(true);
  // The mark in the pattern makes it match whatever is hidden, so that it tells nothing.
  const hits = await Promise.all(["h", "z"].map((letter) => matched(`password (?:${letter}|\\[)`)));
  expect(hits).toEqual([true, true]);
  const greps = ["h", "z"].map((letter) =>
    mcp.ok("job_logs", { jobs: ["leaky"], grep: `password ${letter}` }),
  );
  expect((await Promise.all(greps)).map(({ data }) => data.logs[0].matches)).toEqual([0, 0]);
});

test("shows of a passed login its name only, whoever's it is and whatever prints it", async ({
  emulator,
}) => {
  const token = "opaque-token-of-bob-91f3c7";
  const config = JSON.stringify({ token, cluster: "default", url: "https://api.example.org/api/v1" });
  const blob = Buffer.from(config).toString("base64");
  const env = { NEURO_PASSED_CONFIG: blob, APOLO_PASSED_CONFIG: blob };
  const withLogin = (key: string, value: unknown) => (key === "env" ? env : value);
  const proxy = await faultProxy(emulator);
  const mcp = await connectAgent(proxy.platform(), { ...openPolicy, allowPlainSecrets: true });
  const print = `printf '%s\\n' "$BLOB" "$JSON" "it is $PLAIN indeed"`;
  const job = { image: "ubuntu", pass_config: true, env: { BLOB: blob, JSON: config, PLAIN: token } };
  const ended = await mcp.ok("job_start", { ...job, name: "printer", command: `${print}; exit 1` });
  const runs = await mcp.ok("job_start", { ...job, name: "runner", command: SLEEP });
  await mcp.ok("job_wait", { jobs: ["printer"], wait_seconds: 30 });
  await mcp.ok("job_wait", { jobs: ["runner"], until: "running", wait_seconds: 30 });
  proxy.add({
    path: /^\/api\/v1\/jobs(?:[/?]|$)/,
    body: (text) =>
      text
        .split("\n")
        .map((line) => (line.startsWith("{") ? JSON.stringify(JSON.parse(line, withLogin)) : line))
        .join("\n"),
  });
  const other = await connectAgent(proxy.platform());
  const [printer, runner] = [ended, runs].map(({ data }) => data.jobs[0].id as string);
  const answers = await Promise.all([
    other.call("job_list", {}),
    other.call("job_status", { jobs: ["printer", "runner"] }),
    other.call("job_logs", { jobs: ["printer"] }),
    other.call("job_logs", { jobs: ["printer"], grep: "token" }),
    other.call("job_wait", { jobs: ["printer"], until: "log", pattern: "it is .* indeed", wait_seconds: 5 }),
    other.call("job_exec", {
      job: "runner",
      command: `echo ${blob}; echo '${config}'; echo it is ${token} indeed`,
    }),
    other.call("job_rerun", { job: "printer", dry_run: true }),
    other.call("job_rerun", { job: "printer", name: "again" }),
    ...["apolo://jobs", ...[printer, runner].map((id) => `job://default/acme/vision/${id}`)].map((uri) =>
      other.client.readResource({ uri }),
    ),
    other.client.readResource({ uri: `job://default/acme/vision/${printer}/logs` }),
  ]);
  for (const answer of answers) {
    const whole = JSON.stringify(answer);
    expect(whole).not.toContain(token);
    expect(whole).not.toContain(blob.slice(10, 40));
  }
  expect(JSON.stringify(answers[1])).toContain("NEURO_PASSED_CONFIG");
  expect(answers[7]).toMatchObject({ isError: false });
  await Promise.all([mcp.client.close(), other.client.close()]);
});
