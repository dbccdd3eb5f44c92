import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, vi } from "vitest";
import type { JobDescription } from "../../../src/client/index.ts";
import { openDownloads } from "../../../src/downloads.ts";
import { openCaller } from "../../../src/operations/caller.ts";
import { downloadFromJob } from "../../../src/operations/files/download.ts";
import type { Agent } from "../../support/agent.ts";
import { WITHIN } from "../../support/busy.ts";
import { test as base, connectAgent, expect, openPolicy } from "../../support/fixtures.ts";
import { startJob, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

type Downloads = Awaited<ReturnType<typeof openDownloads>>;

const test = base.extend<{
  job: JobDescription;
  root: string;
  downloads: Downloads;
  saver: Agent;
  disk: string | undefined;
}>({
  job: async ({ platform }, use) => {
    const job = await startJob(platform, { name: "train", script: SLEEP });
    await use(await untilStatus(platform, job, "running"));
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures here.
  root: async ({}, use) => {
    const root = mkdtempSync(join(tmpdir(), "downloads-"));
    await use(root);
    rmSync(root, { recursive: true, force: true });
  },
  /** A small one, where that may be mounted. */
  disk: async ({ root }, use) => {
    const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", root]).status === 0;
    await use(isMounted ? root : undefined);
    if (isMounted) spawnSync("umount", ["-l", root]);
  },
  downloads: async ({ root }, use) => {
    const downloads = await openDownloads(root);
    await use(downloads);
    await downloads.close();
  },
  saver: async ({ platform, downloads }, use) => {
    const agent = await connectAgent(platform, { ...openPolicy, mode: "read-only", downloads });
    await use(agent);
    await agent.client.close();
  },
});

const at = (job: JobDescription, save_to: string, path = "data.bin") => ({ job: job.id, path, save_to });

describe("save_to of job_files", () => {
  test("saves a file whole and checks it, past the conversation", async ({ mcp, saver, job, root }) => {
    const bytes = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 31) % 256));
    await mcp.ok("job_files", {
      job: job.id,
      path: "data.bin",
      content: bytes.toString("base64"),
      base64: true,
    });
    const { data, text } = await saver.ok("job_files", at(job, "my data.bin"));
    expect(data).toMatchObject({
      finished: true,
      saved_to: join(root, "my data.bin"),
      size: 50_000,
      verified: true,
    });
    expect(text).toContain("its checksum is right");
    expect(readFileSync(join(root, "my data.bin")).equals(bytes)).toBe(true);
    expect(statSync(join(root, "my data.bin")).mode & 0o777).toBe(0o600);
  });

  test("follows no link and replaces nothing", async ({ mcp, saver, job, root }) => {
    await mcp.ok("job_files", { job: job.id, path: "data.bin", content: "new" });
    const outside = mkdtempSync(join(tmpdir(), "outside-"));
    writeFileSync(join(outside, "target"), "old");
    symlinkSync(join(outside, "target"), join(root, "link"));
    symlinkSync(join(outside, "not-yet"), join(root, "dangling"));
    symlinkSync(outside, join(root, "folder"));
    writeFileSync(join(root, "there"), "old");
    for (const name of ["link", "dangling", "there", "folder"])
      expect(await saver.refusal("job_files", at(job, name)), name).toMatch(
        /exists already and is never replaced/,
      );
    for (const name of ["folder/x", "../x", "/tmp/x", "..", ".bashrc", "-rf", "a\nb", "a\u202eb"])
      expect(await saver.refusal("job_files", at(job, name)), name).toMatch(/name of a new file/);
    expect(readdirSync(outside)).toEqual(["target"]);
    expect(readFileSync(join(outside, "target"), "utf8")).toBe("old");
    rmSync(outside, { recursive: true });
  });

  test("is one transfer for two equal calls at once, and refuses another file of that name", async ({
    mcp,
    saver,
    downloads,
    job,
    root,
  }) => {
    await mcp.ok("job_files", { job: job.id, path: "data.bin", content: "new" });
    const same = await Promise.all([1, 2].map(() => saver.ok("job_files", at(job, "x"))));
    for (const { data } of same) expect(data).toMatchObject({ finished: true, saved_to: join(root, "x") });
    const other = await downloads.create("y");
    expect(await saver.refusal("job_files", at(job, "y"))).toMatch(
      /Another call is saving .*y: choose another name/,
    );
    await other.keep();
    expect(readdirSync(root)).toEqual(["x", "y"]);
  });

  test("leaves a name to a file that came first", async ({ downloads, root }) => {
    const file = await downloads.create("x");
    await file.write(Buffer.from("new"));
    writeFileSync(join(root, "x"), "old");
    await expect(file.keep()).rejects.toThrow(/exists already/);
    await file.discard();
    expect(readdirSync(root)).toEqual(["x"]);
    expect(readFileSync(join(root, "x"), "utf8")).toBe("old");
  });

  test("shows a file once it is whole, and removes what a killed process left", { tags: "leaks" }, async ({
    mcp,
    saver,
    downloads,
    job,
    root,
  }) => {
    const { pid } = spawnSync("true");
    const id = randomUUID();
    const left = [pid, process.pid].map((number) => `.apolo-part-${hostname()}-${number}-${id}`);
    const others = [`.apolo-part-another-${pid}-${id}`, ".apolo-part-mine"];
    for (const name of [...left, ...others]) writeFileSync(join(root, name), "part");
    const file = await downloads.create("under way");
    expect(readdirSync(root)).not.toContain("under way");
    await mcp.ok("job_files", { job: job.id, path: "data.bin", content: "new" });
    await saver.ok("job_files", at(job, "x"));
    await file.keep();
    expect(readdirSync(root).toSorted()).toEqual([...others, "under way", "x"].toSorted());
  });

  test.skipIf(!existsSync("/proc/self/fd"))(
    "stays in its folder when a link takes the folder's place",
    async ({ mcp, saver, job, root }) => {
      await mcp.ok("job_files", { job: job.id, path: "data.bin", content: "new" });
      const outside = mkdtempSync(join(tmpdir(), "outside-"));
      renameSync(root, `${root}-moved`);
      symlinkSync(outside, root);
      await saver.ok("job_files", at(job, "x"));
      expect(readdirSync(outside)).toEqual([]);
      expect(readdirSync(`${root}-moved`)).toEqual(["x"]);
      rmSync(root);
      renameSync(`${root}-moved`, root);
      rmSync(outside, { recursive: true });
    },
  );

  test("carries 64 MiB with flat memory", async ({ mcp, saver, job, root }) => {
    await mcp.ok("job_exec", { job: job.id, command: "truncate -s 64M data.bin" });
    const before = process.memoryUsage().rss;
    const { data } = await saver.ok("job_files", at(job, "big"));
    expect(data).toMatchObject({ finished: true, size: 2 ** 26, verified: true });
    expect(process.memoryUsage().rss - before).toBeLessThan(60e6);
    expect(statSync(join(root, "big")).size).toBe(2 ** 26);
  });

  test("keeps nothing of a file whose connection broke, or that is not there", { tags: "leaks" }, async ({
    mcp,
    saver,
    job,
    root,
    emulator,
  }) => {
    await mcp.ok("job_exec", { job: job.id, command: "truncate -s 64M data.bin" });
    emulator.chaos.add({ on: { path: "**/exec", times: 1 }, do: { kind: "cut", afterMs: 20 } });
    await saver.refusal("job_files", at(job, "a"));
    expect(await saver.refusal("job_files", at(job, "b", "no/such"))).toMatch(/^not_found: /);
    expect(await saver.refusal("job_files", at(job, "c", "/"))).toMatch(/is a folder/);
    expect(readdirSync(root)).toEqual([]);
  });

  test("goes on between calls, and ends with its caller", async ({ mcp, platform, downloads, job, root }) => {
    await mcp.ok("job_exec", { job: job.id, command: "truncate -s 256M data.bin" });
    const caller = openCaller(platform, { ...openPolicy, downloads });
    const call = {
      caller,
      signal: new AbortController().signal,
      progress: () => undefined,
      changing: () => undefined,
    };
    const wanted = { ref: job.id, project: undefined, path: "data.bin", name: "big", seconds: 0.01 };
    expect((await downloadFromJob(wanted, call)).transfer.isOver).toBe(false);
    const { transfer } = await downloadFromJob(wanted, call);
    await vi.waitFor(() => expect(transfer.bytes).toBeGreaterThan(0), WITHIN);
    await caller.close();
    expect(readdirSync(root)).toEqual([]);
  });

  test("says who can name a folder where there is none", async ({ mcp, job }) => {
    expect(await mcp.refusal("job_files", at(job, "x"))).toMatch(/--files DIR/);
  });
});

// Only an administrator can mount a small disk.
describe.skipIf(process.getuid?.() !== 0)("save_to on a full disk", { tags: "outages" }, () => {
  test("says so, keeps no part for the whole, and saves what there is room for", async ({
    disk,
    mcp,
    platform,
    job,
    skip,
  }) => {
    if (disk === undefined) return skip("no small disk can be mounted here");
    const downloads = await openDownloads(disk);
    const saver = await connectAgent(platform, { ...openPolicy, downloads });
    await mcp.ok("job_exec", { job: job.id, command: "truncate -s 3M data.bin; echo small > small" });
    expect(await saver.refusal("job_files", at(job, "a"))).toMatch(
      /a cannot be written .*its disk is full \(ENOSPC\)\. Nothing was saved/,
    );
    expect(readdirSync(disk)).toEqual([]);
    await saver.ok("job_files", at(job, "b", "small"));
    expect(readFileSync(join(disk, "b"), "utf8")).toBe("small\n");
    await saver.client.close();
    await downloads.close();
  });
});

describe("openDownloads", () => {
  test("refuses what is no folder", async ({ root }) => {
    await expect(openDownloads(join(root, "none"))).rejects.toThrow(/--files: .*none is no folder/);
    writeFileSync(join(root, "file"), "");
    await expect(openDownloads(join(root, "file"))).rejects.toThrow(/is no folder/);
  });
});
