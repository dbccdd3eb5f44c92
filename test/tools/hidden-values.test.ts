import { describe } from "vitest";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { test as base, connectAgent, expect, openPolicy } from "../support/fixtures.ts";
import { startJob, untilEnded, untilStatus } from "../support/run-job.ts";
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

describe("a tag that holds a secret of its own job", () => {
  const VALUE = "xylophone-river-42";
  const tags = [VALUE, `key:${VALUE}`, `${"x".repeat(50)}-${VALUE}`, "sweep-7"];
  const script = `echo on; ${SLEEP}`;

  test("is shown and suggested nowhere, and its neighbours are", async ({ platform, mcp }) => {
    const env = { DB_PASSWORD: VALUE };
    const job = await startJob(platform, { name: "tagged", env, tags, script });
    await untilStatus(platform, job, "running");
    const near = VALUE.slice(0, -1);
    const calls = [
      mcp.call("job_report", { by: ["tag"] }),
      mcp.call("job_status", { jobs: ["tagged"] }),
      mcp.call("job_list", { tags: ["zzz"] }),
      mcp.call("job_list", { tags: [near] }),
      mcp.call("job_list", { text: near }),
      mcp.call("job_compare", { tags: [near] }),
      mcp.call("job_logs", { tags: [near] }),
    ];
    const read = (uri: string) => mcp.client.readResource({ uri }).catch(String);
    const resources = [jobUri(job), "apolo://jobs", "apolo://jobs/zzz", "apolo://jobs/sweep-7"].map(read);
    const prompts = ["clean-up", "daily-report"].map((name) => mcp.client.getPrompt({ name, arguments: {} }));
    const completed = [
      { ref: { type: "ref/resource", uri: "apolo://jobs/{tag}" } as const },
      { ref: { type: "ref/prompt", name: "compare-sweep" } as const },
    ].map(({ ref }) => mcp.client.complete({ ref, argument: { name: "tag", value: "" } }));
    for (const answer of await Promise.all([...calls, ...resources, ...prompts, ...completed]))
      expect(JSON.stringify(answer)).not.toMatch(/xylophone-river-42|x-xylo/);
    for (const answer of [await calls[0], await calls[2], await resources[2], await completed[0]])
      expect(JSON.stringify(answer)).toContain("sweep-7");
  });

  test("still finds the job for whoever gives it whole", async ({ platform, mcp }) => {
    const env = { DB_PASSWORD: VALUE };
    const job = await startJob(platform, { name: "tagged", env, tags, script });
    await untilStatus(platform, job, "running");
    expect((await mcp.ok("job_list", { tags: [VALUE] })).data.jobs).toMatchObject([{ id: job.id }]);
    expect((await mcp.ok("job_logs", { tags: [VALUE] })).data.logs).toMatchObject([{ id: job.id }]);
    // It is used, though by no job in this state.
    const { text } = await mcp.ok("job_list", { tags: [VALUE], status: ["failed"] });
    expect(text).toContain("No job matches all of that together");
  });
});

test("shows no secret in what the platform says of a job", async ({ emulator }) => {
  const [own, password] = ["xylophone-river-42", "Hunt3rTwoX9"];
  const url = `https://bob:${password}@registry.example.org/x`;
  const proxy = await faultProxy(emulator);
  const mcp = await connectAgent(proxy.platform());
  const platform = proxy.platform();
  const started = { env: { DB_PASSWORD: own }, tags: ["pair"] };
  const ended = await startJob(platform, { ...started, name: "ended", script: "exit 3" });
  const runs = await startJob(platform, { ...started, name: "runs", script: SLEEP });
  await Promise.all([untilEnded(platform, ended), untilStatus(platform, runs, "running")]);
  proxy.add({
    method: "GET",
    path: /^\/api\/v1\/jobs(?:[/?]|$)/,
    body: (text) => text.replace(/^\{.*\}$/gm, (line) => withSecrets(line, own, url)),
  });
  const both = { jobs: ["ended", "runs"] };
  const answers = [
    mcp.call("job_list", {}),
    mcp.call("job_status", both),
    mcp.call("job_compare", both),
    mcp.call("job_report", { by: ["preset", "tag"] }),
    mcp.call("job_wait", { jobs: ["ended"] }),
    ...[jobUri(ended), jobUri(runs), "apolo://jobs", "apolo://jobs/pair"].map((uri) =>
      mcp.client.readResource({ uri }),
    ),
  ];
  for (const answer of await Promise.all(answers)) {
    const whole = JSON.stringify(answer);
    expect(whole).toContain("[redacted]");
    for (const secret of [own, password]) expect(whole).not.toContain(secret);
  }
  const { data } = await mcp.ok("job_status", both);
  expect(data.jobs).toMatchObject([
    {
      name: "ended",
      image: "https://bob:[redacted]@registry.example.org/x",
      env_names: ["DB_PASSWORD", "NAMED_[redacted]"],
    },
    { name: "runs", http_url: "https://bob:[redacted]@registry.example.org/x" },
  ]);
  const rerun = await mcp.ok("job_rerun", { job: "ended" });
  expect(rerun.text.split("\n")[0]).toContain("failed (exec [redacted] failed, exit 3)");
  await mcp.client.close();
});

/** A job, as the platform sends it, with secrets in what it says of it. */
function withSecrets(line: string, own: string, url: string): string {
  const { container, history, ...job } = JSON.parse(line);
  if (container === undefined) return line;
  const mount = { src_storage_uri: url.replace("https", "storage"), dst_path: `/${own}`, read_only: true };
  return JSON.stringify({
    ...job,
    ...{ http_url: url, internal_hostname: url, preset_name: url, energy_schedule_name: url },
    history: { ...history, reason: `exec ${own} failed`, description: url },
    container: {
      ...container,
      image: url,
      volumes: [mount],
      env: { ...container.env, [`NAMED_${own}`]: "1" },
      http: { port: 80, health_check_path: url, requires_auth: true },
    },
  });
}
