import { describe } from "vitest";
import type { JobDescription } from "../../../src/client/index.ts";
import { test as base, connectAgent, expect, openPolicy } from "../../support/fixtures.ts";
import { nextCalls } from "../../support/next-calls.ts";
import { startJob, untilEnded, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const NASTY = [
  " two  words ",
  "-n",
  "--help",
  ".hidden",
  "it's",
  '"q"',
  "$(touch x)",
  "a\nb",
  "ü\t",
  "*",
  "\\0",
];

const test = base.extend<{ job: JobDescription }>({
  job: async ({ platform }, use) => {
    const job = await startJob(platform, { name: "train", script: SLEEP });
    await use(await untilStatus(platform, job, "running"));
  },
});

describe("job_files", () => {
  test("writes names of every kind, lists them and reads them back", async ({ mcp, job }) => {
    await mcp.ok("job_exec", { job: job.id, command: "mkdir files" });
    const call = (name: string, more = {}) =>
      mcp.ok("job_files", { job: job.id, path: `files/${name}`, ...more });
    const written = await Promise.all(NASTY.map((name) => call(name, { content: name })));
    for (const [index, { data }] of written.entries()) {
      const size = Buffer.byteLength(NASTY[index] ?? "");
      expect(data, NASTY[index]).toMatchObject({ written: true, verified: true, size });
    }
    const { data, text } = await mcp.ok("job_files", { job: job.id, path: "files" });
    expect(data.entries.map((entry: { name: string }) => entry.name).sort()).toEqual([...NASTY].sort());
    expect(data).toMatchObject({ kind: "folder", total: NASTY.length });
    expect(text).toContain('"a\\nb"');
    const read = await Promise.all(NASTY.map((name) => call(name)));
    expect(read.map((answer) => answer.data.text)).toEqual(NASTY);
  });

  test("keeps bytes as they are, both ways", async ({ mcp, job }) => {
    const bytes = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7) % 256));
    const content = bytes.toString("base64");
    await mcp.ok("job_files", { job: job.id, path: "data.bin", content, base64: true });
    const plain = await mcp.ok("job_files", { job: job.id, path: "data.bin" });
    expect(plain.data).toMatchObject({ kind: "binary", size: 3000 });
    const [next] = nextCalls(plain.text);
    const read = await mcp.ok("job_files", { ...next?.args, length: 2000 });
    const rest = await mcp.ok("job_files", { ...next?.args, offset: read.data.next_offset });
    const parts = [read, rest].map(({ data }) => Buffer.from(data.base64, "base64"));
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  });

  test("replaces a file only when told to, and adds to one", async ({ mcp, job }) => {
    const at = { job: job.id, path: "a.txt" };
    await mcp.ok("job_files", { ...at, content: "one\n" });
    expect(await mcp.refusal("job_files", { ...at, content: "two\n" })).toMatch(
      /^invalid_argument: .*exists already, with 4 B\. Nothing was written: existing says whether/,
    );
    await mcp.ok("job_files", { ...at, content: "more\n", existing: "append" });
    expect((await mcp.ok("job_files", at)).data.text).toBe("one\nmore\n");
    await mcp.ok("job_files", { ...at, content: "", existing: "overwrite" });
    expect((await mcp.ok("job_files", at)).data).toMatchObject({ text: "", size: 0 });
    const { data } = await mcp.ok("job_files", { job: job.id, path: "." });
    expect(data.entries.map((entry: { name: string }) => entry.name)).not.toContainEqual(
      expect.stringContaining(".part"),
    );
  });

  test("reads ranges and the end of a file of 1 GiB without holding it", async ({ mcp, job }) => {
    const command = "truncate -s 1G big; printf 'the end\\n' >> big; seq 1 100000 > lines";
    await mcp.ok("job_exec", { job: job.id, command });
    const before = process.memoryUsage().rss;
    const { data } = await mcp.ok("job_files", { job: job.id, path: "big", offset: -8 });
    expect(data).toMatchObject({ kind: "text", size: 2 ** 30 + 8, offset: 2 ** 30, text: "the end\n" });
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    const middle = await mcp.ok("job_files", { job: job.id, path: "lines", offset: 300_002, length: 21 });
    expect(middle.data.text).toBe("51852\n51853\n51854\n");
    const [next] = nextCalls(middle.text);
    expect((await mcp.ok("job_files", { ...next?.args, length: 6 })).data.text).toBe("51855\n");
  });

  test("reads nothing twice behind the end, and knows the end of files that tell another size", async ({
    mcp,
    job,
  }) => {
    await mcp.ok("job_exec", { job: job.id, command: "printf abc > a; touch one two" });
    const behind = await mcp.ok("job_files", { job: job.id, path: "a", offset: 3 });
    expect(behind.data).toMatchObject({ kind: "text", text: "", size: 3, offset: 3 });
    expect(behind.text).toContain("nothing from byte 3 on: it has 3 bytes.");
    const far = await mcp.ok("job_files", { job: job.id, path: "a", offset: 2 ** 52 });
    expect(far.data).toMatchObject({ text: "", size: 3, offset: 3 });
    const path = "/sys/devices/system/cpu/online";
    const { data } = await mcp.ok("job_files", { job: job.id, path });
    expect([data.size, data.next_offset]).toEqual([data.text.length, undefined]);
    const folder = await mcp.ok("job_files", { job: job.id, path: ".", offset: 1000 });
    expect((await mcp.ok("job_files", { job: job.id, path: ".", offset: -1 })).data.entries).toHaveLength(
      folder.data.total,
    );
    expect(folder.text).toMatch(/: a folder, \d+ entries, none from 1000 on\.$/);
  });

  test("tells a file that cannot be read from an empty one", async ({ mcp, job }) => {
    const text = await mcp.refusal("job_files", { job: job.id, path: "/proc/self/mem" });
    expect(text).toMatch(
      /^platform_error: "\/proc\/self\/mem" .* could not be read: .*[Ii]nput\/output error/,
    );
  });

  test("refuses to write a part of a file, or what it was not asked for", async ({ mcp, job }) => {
    const at = { job: job.id, path: "a", content: "x" };
    await mcp.ok("job_files", at);
    for (const more of [{ offset: 3 }, { length: 1 }, { save_to: "b" }])
      expect(await mcp.refusal("job_files", { ...at, existing: "overwrite", ...more })).toMatch(
        /^invalid_argument: \w+ is for reading, content for writing: .*Nothing was written/,
      );
    const long = await mcp.refusal("job_files", { ...at, content: "x".repeat(100_001) });
    expect(long).toContain("content: give a text of at most 100000 characters; got 100001 of them");
  });

  test("says what there is instead of a file", async ({ mcp, job }) => {
    await mcp.ok("job_exec", { job: job.id, command: "mkfifo pipe; ln -s nowhere broken; mkdir folder" });
    const refusal = (path: string, more = {}) => mcp.refusal("job_files", { job: job.id, path, ...more });
    expect(await refusal("no/such")).toMatch(/^not_found: There is no "no\/such".*job_files .*"path":"no"/);
    expect(await refusal("pipe")).toMatch(/no plain file/);
    expect(await refusal("broken")).toMatch(/link to something that does not exist/);
    expect(await refusal("no/such", { content: "x" })).toMatch(/no folder for .*mkdir -p/);
    expect(await refusal("folder", { content: "x" })).toMatch(/is a folder/);
    expect(await refusal("broken", { content: "x" })).toMatch(/no plain file/);
    expect(await refusal("a\0b")).toMatch(/NUL/);
    expect(await refusal("x".repeat(1025))).toMatch(/1024 bytes/);
    expect(await refusal("a", { content: "no base64!", base64: true })).toMatch(/not base64/);
  });

  test("refuses a job that does not run and says what to do", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "done" }));
    for (const more of [{}, { content: "x" }])
      expect(await mcp.refusal("job_files", { job: "done", path: "/", ...more })).toMatch(
        /^not_running: done/,
      );
  });

  test("says what an image lacks", async ({ mcp, platform }) => {
    const env = { PATH: "/nowhere" };
    const bare = await platform.jobs.start({
      image: "scratch",
      command: "/bin/sleep 600",
      name: "bare",
      env,
    });
    await untilStatus(platform, bare, "running");
    for (const more of [{}, { content: "x" }]) {
      const text = await mcp.refusal("job_files", { job: "bare", path: "/", ...more });
      expect(text).toMatch(
        /^invalid_request: The image of bare .* lacks a shell \(sh\).*executable file not found/,
      );
    }
  });

  test("says that it is unknown what came of a write whose connection broke", async ({
    mcp,
    job,
    emulator,
  }) => {
    emulator.chaos.add({ on: { path: "**/exec", times: 1 }, do: { kind: "cut", afterMs: 0 } });
    const text = await mcp.refusal("job_files", { job: job.id, path: "a.txt", content: "one" });
    expect(text).toMatch(/^unknown_outcome: .*whether it was written is unknown\. Look with job_files \{/);
    await mcp.call("job_files", { job: job.id, path: "a.txt", content: "one", existing: "overwrite" });
    expect((await mcp.ok("job_files", { job: job.id, path: "a.txt" })).data.text).toBe("one");
  });

  test("reads only where the mode lets nothing be changed", async ({ platform, job }) => {
    for (const mode of ["read-only", "no-destroy"] as const) {
      const mcp = await connectAgent(platform, { ...openPolicy, mode });
      const { tools } = await mcp.client.listTools();
      const tool = tools.find(({ name }) => name === "job_files");
      expect(tool?.annotations?.readOnlyHint).toBe(true);
      expect(Object.keys(tool?.inputSchema.properties ?? {})).not.toContain("content");
      expect((await mcp.ok("job_files", { job: job.id, path: "/" })).data.kind).toBe("folder");
      const text = await mcp.refusal("job_files", { job: job.id, path: "a", content: "x" });
      expect(text).toContain("lets job_files read only");
      await mcp.client.close();
    }
  });
});
