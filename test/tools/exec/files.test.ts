import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";
import { nextCalls } from "../../support/next-calls.ts";
import { startJob, untilEnded, untilPrinted, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";
import { timeOverOnceHeard } from "../../support/time-over.ts";

const volumes = ["storage:out:/out", "storage:in:/in:ro"];

describe("files of a job", () => {
  test("are named, not printed, when they are no text, and come in pieces", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "box", script: SLEEP });
    await untilStatus(platform, job, "running");
    const command = "head -c 6000 /bin/ls | tee /tmp/copy";
    const { text, data } = await mcp.ok("job_exec", { job: "box", command });
    expect(text).toContain("stdout: 6 kB of binary data, an ELF program, not shown.");
    expect(text).toContain("the job has no volume to write it to");
    expect(text).not.toContain("\ufffd");
    expect(data).toMatchObject({ stdout: "", binary: { kind: "an ELF program", bytes: 6000 } });
    const [piece] = nextCalls(text);
    const first = await mcp.ok("job_exec", { ...piece?.args });
    expect(Buffer.from(first.data.stdout, "base64").subarray(0, 4).toString()).toBe("\x7fELF");
    const rest = String(piece?.args.command).replace("| head", "| tail -c +4501 | head");
    const second = await mcp.ok("job_exec", { job: "box", command: rest });
    const bytes = [first, second].map(({ data: { stdout } }) => Buffer.from(stdout, "base64"));
    expect(Buffer.concat(bytes)).toHaveLength(6000);
  });

  test("are named in a log, too", async ({ mcp, platform }) => {
    const script = "echo before; head -c 300 /dev/zero | tr \\\\000 \\\\377; echo; echo after";
    await untilEnded(platform, await startJob(platform, { name: "box", script }));
    const { data } = await mcp.ok("job_logs", { jobs: ["box"] });
    expect(data.logs[0].log).toMatch(/^before\n\[binary data, not shown\]/);
    expect(data.logs[0].log).toMatch(/after$/);
  });

  test("go by a volume when there is one and they are large", async ({ mcp, platform }) => {
    await untilStatus(platform, await startJob(platform, { name: "box", script: SLEEP, volumes }), "running");
    const { text } = await mcp.ok("job_exec", { job: "box", argv: ["head", "-c", "120000", "/dev/zero"] });
    expect(text).toMatch(/stdout: \S+ kB of data that is no text, not shown\./);
    expect(text).toContain(
      "write it to /out (storage://default/acme/vision/out), from where `apolo storage cp` takes it.",
    );
    expect(nextCalls(text)).toEqual([]);
  });

  test("are gone with the job, except on what it could write to", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "kept", volumes }));
    await untilEnded(platform, await startJob(platform, { name: "bare" }));
    const calls = [
      ["job_exec", { command: "cat a" }],
      ["job_attach", {}],
      ["job_save", { image: "image:mine:v1" }],
      ["job_forward", { action: "open", port: 80 }],
    ] as const;
    for (const [tool, args] of calls) {
      const kept = await mcp.refusal(tool, { job: "kept", ...args });
      expect(kept, tool).toContain("its files are gone except on /out (storage://default/acme/vision/out):");
      const bare = await mcp.refusal(tool, { job: "bare", ...args });
      expect(bare, tool).toContain("its files are gone: it had no volume");
    }
  });

  test("come later from a command that goes on in the background", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "box", script: SLEEP });
    await untilStatus(platform, job, "running");
    const [, late] = await Promise.all([
      timeOverOnceHeard(29),
      mcp.ok("job_exec", { job: "box", command: "echo on; sleep 60", timeout_seconds: 29 }),
    ]);
    const offered = /job_exec (\{"job":"box","command":"nohup .*?\})/.exec(late.text)?.[1] ?? "{}";
    const { command } = JSON.parse(offered);
    await mcp.ok("job_exec", { job: "box", command: command.replace("…", "echo in the log") });
    await untilPrinted(platform, job, "in the log");
    const { data } = await mcp.ok("job_logs", { jobs: ["box"] });
    expect(data.logs[0].log).toContain("in the log");
  });
});
