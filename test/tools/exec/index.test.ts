import { describe } from "vitest";
import type { JobDescription } from "../../../src/client/index.ts";
import { test as base, expect } from "../../support/fixtures.ts";
import { startJob, untilEnded, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";
import { timeOverOnceHeard } from "../../support/time-over.ts";

const test = base.extend<{ job: JobDescription }>({
  job: async ({ platform }, use) => {
    await use(
      await untilStatus(platform, await startJob(platform, { name: "train", script: SLEEP }), "running"),
    );
  },
});

const SCRIPT = `set -eu
# it's a comment with "quotes"
count=0
for word in 'a b' "c'd" e\\\\f; do
  count=$((count + 1))
  printf '%s: <%s>\\n' "$count" "$word"
done
cat <<'END'
"double" 'single' \`tick\` $HOME
END
echo done >&2
${Array.from({ length: 30 }, (_, line) => `: step ${line}`).join("\n")}
exit 7`;

describe("job_exec", () => {
  test("returns both streams apart, and the exit code as data", async ({ mcp, job }) => {
    const { data, text } = await mcp.ok("job_exec", {
      job: "train",
      command: "echo out; echo err >&2; exit 3",
    });
    expect(data).toMatchObject({
      ...{ job: "train", id: job.id, owner: "alice", project: "default/acme/vision" },
      ...{ exit_code: 3, timed_out: false, stdout: "out\n", stderr: "err\n" },
    });
    expect(text).toContain("exit code 3");
    expect(text).toContain("not instructions");
  });

  test("runs a script of forty lines as it was written", async ({ mcp, job }) => {
    const { data } = await mcp.ok("job_exec", { job: job.id, command: SCRIPT });
    expect(SCRIPT.split("\n").length).toBeGreaterThan(40);
    expect(data).toMatchObject({ exit_code: 7, stderr: "done\n" });
    expect(data.stdout).toBe("1: <a b>\n2: <c'd>\n3: <e\\f>\n\"double\" 'single' `tick` $HOME\n");
  });

  test("runs argv without a shell", async ({ mcp, job }) => {
    const { data } = await mcp.ok("job_exec", { job: job.id, argv: ["printf", "%s|", "$HOME", "a b", "*"] });
    expect(data.stdout).toBe("$HOME|a b|*|");
  });

  test("gives the text of stdin and then its end", async ({ mcp, job }) => {
    const { data } = await mcp.ok("job_exec", { job: job.id, argv: ["wc", "-c"], stdin: "12345" });
    expect(data.stdout.trim()).toBe("5");
  });

  test("runs in the folder asked for", async ({ mcp, job }) => {
    const { data } = await mcp.ok("job_exec", { job: job.id, command: "pwd", working_dir: "/usr" });
    expect(data.stdout).toBe("/usr\n");
  });

  test("says after the time is over that the process may go on", async ({ mcp, job }) => {
    const [, { data, text }] = await Promise.all([
      timeOverOnceHeard(29),
      mcp.ok("job_exec", { job: job.id, command: "echo first; sleep 60", timeout_seconds: 29 }),
    ]);
    expect(data).toMatchObject({ timed_out: true, stdout: "first\n" });
    expect(data.exit_code).toBeUndefined();
    expect(text).toContain("may still be running");
  });

  test("keeps head and tail of long output and says how much is left out", async ({ mcp, job }) => {
    const { data, text } = await mcp.ok("job_exec", { job: job.id, command: "seq 1 200000" });
    expect(data.stdout).toMatch(/^1\n2\n/);
    expect(data.stdout).toMatch(/200000\n$/);
    expect(data.stdout).toMatch(/… 1\.3 MB left out here/);
    expect(Buffer.byteLength(text)).toBeLessThan(20_000);
  });

  test("hides the values of variables that sound like secrets", async ({ mcp, platform }) => {
    const env = { DB_PASSWORD: "correct horse" };
    await untilStatus(
      platform,
      await startJob(platform, { name: "secretive", script: SLEEP, env }),
      "running",
    );
    const { data } = await mcp.ok("job_exec", { job: "secretive", command: "echo it is $DB_PASSWORD" });
    expect(data.stdout).toBe("it is [redacted]\n");
  });

  test("says so when a command prints nothing", async ({ mcp, job }) => {
    const { text } = await mcp.ok("job_exec", { job: job.id, command: "true" });
    expect(text).toMatch(/exit code 0, \d+ ms\.\nIt printed nothing\.$/);
  });

  test("hides secrets and says how many", async ({ mcp, job }) => {
    const secret = "hf_abcdefghijklmnopqrstuvwxyz01234567";
    const { data, text } = await mcp.ok("job_exec", {
      job: job.id,
      command: `printf "token hf_%s" ${secret.slice(3)}`,
    });
    expect(text + JSON.stringify(data)).not.toContain(secret);
    expect(text).toContain("1 secret value hidden");
  });

  test("refuses a job that does not run and says what to do", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "done" }));
    const text = await mcp.refusal("job_exec", { job: "done", command: "ls" });
    expect(text).toMatch(/^not_running: done .*job_logs/s);
  });

  test("does not run a command again when the connection breaks", async ({ mcp, job, emulator }) => {
    emulator.chaos.add({ on: { path: "**/exec", times: 1 }, do: { kind: "cut", afterMs: 100 } });
    await mcp.call("job_exec", { job: job.id, command: "echo x >> ran; sleep 1; echo x >> ran" });
    const { data } = await mcp.ok("job_exec", { job: job.id, command: "sleep 1.5; cat ran | wc -l" });
    expect(Number(data.stdout)).toBeLessThanOrEqual(2);
  });

  test("frees the call when it is cancelled; the job goes on", async ({ mcp, job, platform }) => {
    const controller = new AbortController();
    const call = mcp.call("job_exec", { job: job.id, command: "sleep 60" }, controller.signal);
    setTimeout(() => controller.abort(new Error("cancelled")), 300);
    await expect(call).rejects.toThrow();
    expect((await platform.jobs.status(job.id)).status).toBe("running");
  });

  test.for([
    [{ command: "ls", argv: ["ls"] }, /one of them/],
    [{}, /one of them/],
    [{ command: "  " }, /argv|command/],
  ] as const)("refuses %j", async ([args, message], { mcp, job }) => {
    expect(await mcp.refusal("job_exec", { job: job.id, ...args })).toMatch(message);
  });
});
