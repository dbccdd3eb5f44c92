import { describe } from "vitest";
import { tools } from "../../src/tools/index.ts";
import { ADVICE } from "../../src/tools/meanings/advice/index.ts";
import { IMPOSSIBLE } from "../../src/tools/meanings/impossible.ts";
import { TOOL_WORDS } from "../../src/tools/meanings/tools.ts";
import { connectAgent, expect, openPolicy, test } from "../support/fixtures.ts";

const SUGGESTED = /Did you mean (\w+)/;
const reading = new Set(tools.filter(({ effects }) => effects.readOnlyHint).map(({ name }) => name));
const NO_CHANGE = "It changes something: call it if that is wanted.";

const RENAMED = [
  ["job_stop", "job_kill"],
  ["job_cancel", "job_kill"],
  ["terminateJob", "job_kill"],
  ["job_remove", "job_kill"],
  ["delete_job", "job_kill"],
  ["job_describe", "job_status"],
  ["get_job_details", "job_status"],
  ["job_get", "job_status"],
  ["list_jobs", "job_list"],
  ["jobs_ps", "job_list"],
  ["apolo-list-jobs", "job_list"],
  ["job_create", "job_start"],
  ["submit_job", "job_start"],
  ["job_run_command", "job_exec"],
  ["job_execute", "job_exec"],
  ["get_job_logs", "job_logs"],
  ["job_tail", "job_logs"],
  ["job_top", "job_telemetry"],
  ["job_metrics", "job_telemetry"],
  ["compare_jobs", "job_compare"],
  ["job_leaderboard", "job_compare"],
  ["job_tunnel", "job_forward"],
  ["job_port_forward", "job_forward"],
  ["job_commit", "job_save"],
  ["job_snapshot", "job_save"],
  ["whoami", "apolo_context"],
  ["list_presets", "job_capacity"],
  ["job_retry", "job_rerun"],
  ["job_watch", "job_wait"],
  ["job_prolong", "job_extend"],
  ["job_cp", "job_files"],
  ["upload_file", "job_files"],
] as const;

const ASKED = [
  ["job_schedule", /at a time .* cron or CI/],
  ["create_cron_job", /cron or CI/],
  ["job_rename", /keeps the name.*job_rerun/],
  ["job_share", /not shared here; the user can.*project/],
  ["job_resize", /keeps its preset.*job_rerun/],
  ["change_job_preset", /keeps its preset/],
  ["job_pause", /cannot be paused.*job_signal TERM/],
  ["job_resume", /cannot be paused or resumed/],
  ["job_ssh", /no ssh.*apolo exec.*job_exec/],
  ["open_shell", /no ssh/],
  ["job_add_sidecar", /one container/],
  ["scale_replicas", /keeps its preset|one container/],
  ["get_balance", /balance.*job_list/],
  ["set_quota", /Quotas.*admin/],
  ["job_delete_logs", /Logs cannot be deleted/],
  ["job_update_env", /cannot be changed.*job_rerun/],
  ["job_update", /cannot be changed/],
  ["job_set_priority", /keeps its priority/],
  ["job_restart", /not restarted in place.*job_rerun/],
  ["job_transfer", /stays in its project/],
  ["invite_user", /admin/],
  ["create_project", /not managed here.*apolo secret/],
  ["create_secret", /not managed here/],
  ["list_disks", /not managed here/],
  ["delete_image", /Images are not.*job_save/],
  ["create_pipeline", /by itself.*job_wait/],
  ["notify_me", /Nobody is notified/],
  ["job_restore", /cannot be brought back/],
  ["job_shorten", /can only grow/],
] as const;

/** Each argument that asks for something impossible, where the tool has nothing better to say of it. */
const ARGUMENTS_ASKED = IMPOSSIBLE.flatMap(({ argument = { words: "", of: [] }, what, way }) =>
  argument.of.flatMap((tool) =>
    argument.words
      .split(" ")
      .filter((word) => !hasOwn(tool, word))
      .map((word) => ({ tool, word, said: `${what} ${way}` })),
  ),
);

function hasOwn(tool: string, word: string): boolean {
  const input = tools.find(({ name }) => name === tool)?.input.shape ?? {};
  return (
    word in input || ADVICE.some(({ words, of }) => of.includes(tool) && words.split(" ").includes(word))
  );
}

describe("a tool by another name", () => {
  test("is what it means", async ({ mcp }) => {
    for (const [name, meant] of RENAMED) {
      const refusal = await mcp.refusal(name);
      expect(SUGGESTED.exec(refusal)?.[1], name).toBe(meant);
      expect(refusal.includes(NO_CHANGE), name).toBe(!reading.has(meant));
    }
  });

  test("that reads is given as the call that works", async ({ mcp }) => {
    const refusal = await mcp.refusal("job_describe", { job_id: "train-7b" });
    expect(refusal).toContain('Did you mean job_status {"job_id":"train-7b"}?');
  });

  test("that is not offered is named as not offered", async ({ platform }) => {
    const agent = await connectAgent(platform, { ...openPolicy, mode: "read-only", toolset: "core" });
    expect(await agent.refusal("job_stop")).toContain(
      "job_kill is not offered: this server was started with --mode read-only",
    );
    expect(await agent.refusal("job_rename")).toContain("job_rerun is not offered");
    expect(await agent.refusal("job_status", { jobs: ["a"], preset: "x" })).toContain(
      "job_rerun is not offered",
    );
  });

  test("is not guessed where nothing fits, nor by spelling a tool that changes something", async ({
    mcp,
  }) => {
    const names = ["job_frobnicate", "delete_volume_x", "job_kil", "job_strat", "job_sav", "job_exce", "x"];
    for (const name of [...names, "job", "job_delete_frob", "kill_logs"]) {
      const refusal = await mcp.refusal(name);
      expect(refusal, name).not.toMatch(SUGGESTED);
      expect(refusal, name).toContain("Tools here: job_list");
    }
    expect(await mcp.refusal("job_lgos")).toContain("Did you mean job_logs");
  });

  test("is one of the catalogue, and each word leads to one tool", () => {
    const words = Object.values(TOOL_WORDS).flatMap((text) => text.split(" "));
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  });
});

describe("what is not possible here", () => {
  test("is said of each tool that would do it, with the nearest way", async ({ mcp }) => {
    for (const [name, said] of ASKED) {
      const refusal = await mcp.refusal(name);
      expect(refusal, name).toMatch(said);
      expect(refusal, name).not.toMatch(SUGGESTED);
      expect(refusal.length, name).toBeLessThan(400);
    }
  });

  test("is said of each argument that asks for it", async ({ mcp }) => {
    for (const { tool, word, said } of ARGUMENTS_ASKED)
      expect(await mcp.refusal(tool, { [word]: "x" }), `${tool} ${word}`).toContain(said);
    expect(ARGUMENTS_ASKED.length).toBeGreaterThan(15);
  });

  test("names no tool that does not exist", () => {
    const texts = [...IMPOSSIBLE.map(({ way }) => way), ...ADVICE.map(({ tool = "" }) => tool)].join(" ");
    const known = new Set(tools.map(({ name }) => name));
    expect((texts.match(/\bjob_[a-z]+/g) ?? []).filter((name) => !known.has(name))).toEqual([]);
  });

  test("stands in the instructions, within what clients keep", async ({ mcp }) => {
    const text = mcp.client.getInstructions() ?? "";
    expect(text).toMatch(/Not possible here: schedules; .*sharing.*ssh.*quotas/);
    expect(Buffer.byteLength(text)).toBeLessThan(2000);
  });
});

test("an unknown preset is never taken for a machine without its hardware", async ({ mcp }) => {
  for (const preset of ["gpu-small", "gpu-medium", "a100-small", "h100-large"]) {
    const refusal = await mcp.refusal("job_start", { image: "ubuntu", preset });
    expect(refusal, preset).not.toMatch(/Did you mean cpu|E\.g\. .*cpu/);
  }
  expect(await mcp.refusal("job_start", { image: "ubuntu", preset: "cpu-smal" })).toContain(
    "Did you mean cpu-small",
  );
});
