import { connectPlatform, loginFromPassedConfig } from "../../src/client/index.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { test as base, connectAgent, expect, openPolicy } from "../support/fixtures.ts";
import { startJob, untilPrinted, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

const OF_SERVER = 'p@ss/w0rd+Kx93qLm2Zt"8';
const REFRESH_TOKEN = "opaque/refresh+of-alice&91f3c7'";
const API_TOKEN = Buffer.from(`kkk${Math.PI.toString().repeat(60)}`).toString("base64");

const test = base.extend({ policy: { ...openPolicy, allowPlainSecrets: true } });

const base64 = (text: string) => Buffer.from(text).toString("base64");
const folded = (text: string, width: number) => text.replace(new RegExp(`.{${width}}`, "g"), "$&\n");
const print = (text: string) => `echo ${base64(text)} | base64 -d`;

test("hides a job's variable in base64 and in lines, in a log, a page of it and an output", async ({
  mcp,
}) => {
  const command = `echo up; echo "$MY_API_TOKEN" | base64; echo; printf %s "$MY_API_TOKEN" | fold -w 80; echo; echo end; sleep 600`;
  const job = { image: "ubuntu", name: "printer", env: { MY_API_TOKEN: API_TOKEN } };
  await mcp.ok("job_start", { ...job, command });
  await mcp.ok("job_wait", { jobs: ["printer"], until: "log", pattern: "^end", wait_seconds: 30 });
  const answers = await Promise.all([
    mcp.ok("job_logs", { jobs: ["printer"] }),
    mcp.ok("job_logs", { jobs: ["printer"], lines: 5 }),
    mcp.ok("job_exec", { job: "printer", command: 'echo "$MY_API_TOKEN" | base64; echo end' }),
    mcp.ok("job_status", { jobs: ["printer"] }),
  ]);
  const lines = [...folded(base64(`${API_TOKEN}\n`), 76).split("\n"), ...folded(API_TOKEN, 80).split("\n")];
  for (const { text, data } of answers) {
    // The letters of a cursor may be those of a short last line.
    const whole = (text + JSON.stringify(data)).replace(/cursor":"[\w-]+"/g, "");
    expect(whole).toContain("end");
    expect(lines.filter((line) => line.length > 3 && whole.includes(line))).toEqual([]);
  }
});

test("hides the login's tokens in any form, in outputs and in errors", async ({ emulator }) => {
  const login = { ...loginFromPassedConfig(emulator.passedConfig), refreshToken: REFRESH_TOKEN };
  const platform = connectPlatform(login);
  const mcp = await connectAgent(platform, { ...openPolicy, allowPlainSecrets: true });
  await untilStatus(platform, await startJob(platform, { name: "runs", script: SLEEP }), "running");
  const { token } = emulator;
  const forms = [
    ...[
      folded(base64(token), 76),
      folded(token, 80),
      base64(`user:${token}`),
      `${token.slice(0, 9)}\n${token.slice(9)}`,
    ],
    ...[folded(base64(REFRESH_TOKEN), 20), encodeURIComponent(REFRESH_TOKEN).toLowerCase()],
  ];
  const { text } = await mcp.ok("job_exec", { job: "runs", command: print(forms.join("\nnext\n")) });
  for (const part of [
    token.slice(-20),
    base64(token).slice(40, 70),
    base64(REFRESH_TOKEN).slice(0, 16),
    "91f3c7",
  ])
    expect(text).not.toContain(part);
  expect(text.match(/next/g)).toHaveLength(5);
  const failed = await mcp.refusal("job_status", { jobs: [base64(`x:${token}`)] });
  expect(failed).not.toContain(base64(token).slice(40, 70));
  await mcp.client.close();
  await platform.close();
});

test("hides a secret of the server's environment in any form, in an error", async ({ emulator }) => {
  const proxy = await faultProxy(emulator);
  const mcp = await connectAgent(proxy.platform(), { ...openPolicy, secrets: [OF_SERVER] });
  const forms = [
    OF_SERVER,
    encodeURIComponent(OF_SERVER),
    JSON.stringify(OF_SERVER),
    base64(OF_SERVER),
    Buffer.from(OF_SERVER).toString("hex"),
  ];
  const headers = { "content-type": "application/json" };
  for (const form of forms) {
    proxy.clear();
    const body = JSON.stringify({ error: `refused ${form} at last` });
    proxy.add({ path: /jobs/, instead: { status: 422, headers, body } });
    const failed = await mcp.refusal("job_list", {});
    expect.soft(failed).toMatch(/refused .+ at last/);
    expect.soft(failed).not.toContain(form.slice(1, -1));
  }
  await mcp.client.close();
});

test("hides the login's tokens in what a person is asked", async ({ emulator }) => {
  const login = { ...loginFromPassedConfig(emulator.passedConfig), refreshToken: REFRESH_TOKEN };
  const platform = connectPlatform(login);
  const asked: string[] = [];
  const mcp = await connectAgent(platform, openPolicy, (question) => {
    asked.push(question);
    return "decline";
  });
  const job = await startJob(platform, { name: "telling", script: `echo "got ${REFRESH_TOKEN}"; ${SLEEP}` });
  await untilPrinted(platform, job, "got");
  await mcp.call("job_kill", { jobs: ["telling"] });
  expect(asked.join()).toMatch(/last line .*got/s);
  expect(asked.join()).not.toContain("91f3c7");
  await mcp.client.close();
  await platform.close();
});
