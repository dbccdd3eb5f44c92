import { connectAgent, expect, openPolicy, test } from "../../support/fixtures.ts";

const HF = ["hf", "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z"].join("_");

test.describe("a secret's value as an argument", () => {
  test.for([
    ["env", { env: { HF_TOKEN: HF } }, "HF_TOKEN"],
    ["env", { env: { DB_PASSWORD: "hunter" } }, "DB_PASSWORD"],
    ["env", { env: [`HF_TOKEN=${HF}`] }, "HF_TOKEN"],
    ["env", { env: { SETTING: HF } }, "SETTING"],
    ["env", { env: { DATABASE_URL: "postgres://me:hunter2@db/x" } }, "DATABASE_URL"],
    ["command", { command: `HF_TOKEN=${HF} python train.py` }, "MY_SECRET"],
    ["command", { command: ["python", "train.py", "--api-key", HF] }, "MY_SECRET"],
    ["entrypoint", { entrypoint: `env HF_TOKEN=${HF}` }, "MY_SECRET"],
    [
      "matrix",
      { matrix: { WANDB_API_KEY: ["hunter2hunter2"] }, command: "echo {WANDB_API_KEY}" },
      "WANDB_API_KEY",
    ],
    ["secret_env", { secret_env: { HF_TOKEN: HF } }, "HF_TOKEN"],
    ["tags", { tags: ["lr", HF] }, "MY_SECRET"],
    ["image", { image: `me:${HF}@registry.example/app` }, "MY_SECRET"],
    ["working_dir", { working_dir: `/x/${HF}` }, "MY_SECRET"],
    ["matrix", { matrix: { t: ["hunter2"] }, env: { DB_PASSWORD: "{t}" } }, "DB_PASSWORD"],
    ["matrix", { matrix: { t: ["hunter2"] }, command: "mysql --password={t} db" }, "MY_SECRET"],
  ] as const)("is refused before anything is sent: %s %j", async ([argument, args, variable], { mcp }) => {
    for (const dry_run of [true, false]) {
      const refusal = await mcp.refusal("job_start", { image: "python:3.12", ...args, dry_run });
      expect(refusal).toMatch(new RegExp(`^plain_secret: ${argument}:`));
      expect(refusal).toContain(`apolo secret add ${variable.toLowerCase().replaceAll("_", "-")}`);
      expect(refusal).toContain(`{"secret_env":{"${variable}":"secret:`);
      expect(refusal).not.toMatch(/aB3dE5|hunter/);
    }
    expect((await mcp.ok("job_list")).data.jobs).toEqual([]);
  });

  test("is no secret where it says nothing secret", async ({ mcp }) => {
    const env = {
      MAX_TOKENS: "512",
      TOKENIZERS_PARALLELISM: "false",
      TOKEN_PATH: "/x",
      OPENAI_API_KEY: "EMPTY",
      API_TOKEN: "$API_TOKEN",
      PASSWORD: "<yours>",
      WANDB_MODE: "offline",
      SECRET_NAME: "hf",
    };
    const command = "python train.py --max-tokens 512 --token $HF_TOKEN";
    await mcp.ok("job_start", { image: "python:3.12", env, command, dry_run: true });
  });

  test("is refused by a rerun and by a command in a job, too", async ({ mcp }) => {
    const { data } = await mcp.ok("job_start", {
      image: "python:3.12",
      command: "sleep 60",
      name: "long",
      wait_seconds: 50,
    });
    const job = data.jobs[0].id;
    expect(await mcp.refusal("job_rerun", { job, env: { HF_TOKEN: HF } })).toMatch(
      /^plain_secret: env: HF_TOKEN/,
    );
    expect(await mcp.refusal("job_rerun", { job, env: { HF_TOKEN: HF } })).toContain(
      'then call again with {"secret_env":{"HF_TOKEN":"secret:hf-token"}}',
    );
    expect(await mcp.refusal("job_rerun", { job, command: `x --token ${HF}` })).toMatch(
      /^plain_secret: command:/,
    );
    expect(
      await mcp.refusal("job_exec", { job, command: `curl -H "Authorization: Bearer ${HF}" x` }),
    ).toMatch(/^plain_secret: command: .*Start the job with secret_env/);
    expect(await mcp.refusal("job_exec", { job, argv: ["curl", "-u", "me:hunter2", "x"] })).toMatch(
      /^plain_secret: argv:/,
    );
    expect((await mcp.ok("job_exec", { job, command: "wc -c", stdin: HF })).data.exit_code).toBe(0);
  });

  test("is taken where whoever runs the server allows it", async ({ platform }) => {
    const agent = await connectAgent(platform, { ...openPolicy, allowPlainSecrets: true });
    await agent.ok("job_start", { image: "python:3.12", command: "true", env: { HF_TOKEN: HF } });
    await agent.client.close();
  });
});
