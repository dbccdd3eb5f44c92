import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Runner } from "../../../src/emulator/run/index.ts";
import { openRunner } from "../../../src/emulator/run/index.ts";
import { findProgram } from "../../../src/emulator/run/programs.ts";
import { WITHIN } from "../../support/busy.ts";
import { canIsolate, processesOf, removeFolders, run, start } from "./jobs.ts";

const title = canIsolate
  ? "an isolated job"
  : "an isolated job (skipped: bubblewrap is missing or may not be used)";

describe.runIf(canIsolate)(title, () => {
  let runner: Runner;
  let host: string;

  beforeAll(async () => {
    runner = openRunner();
    host = mkdtempSync(join(tmpdir(), "isolation-test-"));
  });

  afterAll(async () => {
    await runner.close();
    removeFolders();
    rmSync(host, { recursive: true, force: true });
  });

  const sh = async (script: string, more: Parameters<typeof run>[2] = {}) =>
    run(runner, ["sh", "-c", script], more);

  test("sees its own processes only", async () => {
    const { text } = await sh("ls /proc | grep -c '^[0-9]'; echo $$");
    const [count, pid] = text.trim().split("\n").map(Number);
    expect(count).toBeLessThan(8);
    expect(pid).toBeLessThan(10);
  });

  test("has its folder as the root of its files, and nothing else of the host to write to", async () => {
    const { text, launch, ending } = await sh(
      "pwd; echo mine > /data.txt; echo $HOME; ls -A /home; touch /usr/no 2>&1",
    );
    expect(text).toContain("/\n/root\n");
    expect(text).toMatch(/Read-only file system|Permission denied/);
    expect(readFileSync(join(launch.folder, "data.txt"), "utf8")).toBe("mine\n");
    expect(existsSync("/usr/no")).toBe(false);
    expect(ending.exitCode).not.toBe(0);
  });

  test("has the folders that every image has, to write to", async () => {
    const folders = "/mnt /home /srv /media /var/log /var/lib /var/cache /var/tmp /tmp /run";
    const { text, ending } = await sh(`for f in ${folders}; do touch $f/here || exit 1; done`);
    expect([text, ending.exitCode]).toEqual(["", 0]);
  });

  test.each([
    [undefined, /^65536$/],
    [true, /^(?!65536$)\d+$/],
  ])("has a /dev/shm of 64 MiB, unless it asked for one: %s", async (shm, size) => {
    const script =
      "df -k --output=size,target /dev/shm | tail -1; touch /dev/shm/here && stat -c %a /dev/shm";
    const { text } = await sh(script, shm === undefined ? {} : { shm });
    const [kilobytes = "", target, mode] = text.trim().split(/\s+/);
    expect([target, mode]).toEqual(["/dev/shm", "1777"]);
    expect(kilobytes).toMatch(size);
  });

  test("may mount when it is privileged, and only then", async () => {
    const script = "mount -t tmpfs none /mnt && grep -c ' /mnt tmpfs ' /proc/self/mounts";
    expect((await sh(script, { privileged: true })).text).toBe("1\n");
    expect((await sh(script)).ending.exitCode).not.toBe(0);
  });

  test("is made by the bubblewrap that is in the path of whoever starts the emulator", async () => {
    const folder = mkdtempSync(join(host, "bin-"));
    symlinkSync(findProgram("bwrap") ?? "", join(folder, "bwrap"));
    for (const [path, isolated] of [
      [`${folder}:${process.env.PATH}`, true],
      [folder, false],
      ["/nowhere", false],
    ] as const) {
      vi.stubEnv("PATH", path);
      const other = openRunner();
      vi.unstubAllEnvs();
      expect(other.isolated).toBe(isolated);
      await other.close();
    }
  });

  test("starts in a working directory that did not exist", async () => {
    expect((await sh("pwd; touch here", { workingDir: "/work/space" })).text).toBe("/work/space\n");
  });

  test("has places among the host's programs that the host lacks", async () => {
    const volume = join(host, "sources");
    mkdirSync(volume);
    const { text, ending } = await sh(
      "pwd; echo made > file; echo kept > /usr/src/app/file; ls /usr/bin | wc -l",
      {
        workingDir: "/opt/no/such",
        mounts: [{ source: volume, target: "/usr/src/app", readOnly: false }],
      },
    );
    expect(ending).toEqual({ exitCode: 0, oomKilled: false });
    expect(text).toMatch(/^\/opt\/no\/such\n\d{2,}\n$/);
    expect(readFileSync(join(volume, "file"), "utf8")).toBe("kept\n");
  });

  test("has volumes, disks and secret files at their paths", async () => {
    const [volume, disk] = [join(host, "volume"), join(host, "disk")];
    for (const folder of [volume, disk]) mkdirSync(folder);
    writeFileSync(join(host, "secret"), "s3cret");
    writeFileSync(join(volume, "input"), "data");
    const { text, ending } = await sh(
      "cat /var/data/input /run/secrets/key; echo out > /var/data/disk/result",
      {
        mounts: [
          { source: disk, target: "/var/data/disk", readOnly: false },
          { source: volume, target: "/var/data", readOnly: false },
          { source: join(host, "secret"), target: "/run/secrets/key", readOnly: true },
        ],
      },
    );
    expect(text).toContain("datas3cret");
    expect(readFileSync(join(disk, "result"), "utf8")).toBe("out\n");
    expect(ending.exitCode).toBe(0);
  });

  test("cannot write to what is mounted read-only", async () => {
    const folder = join(host, "frozen");
    mkdirSync(folder);
    const { text } = await sh("touch /in/file 2>&1", {
      mounts: [{ source: folder, target: "/in", readOnly: true }],
    });
    expect(text).toContain("Read-only file system");
  });

  test("is refused when what it mounts does not exist", async () => {
    const mounts = [{ source: join(host, "nothing"), target: "/in", readOnly: true }];
    expect((await sh("true", { mounts })).ending.startError).toBe(
      "Cannot mount /in: its source does not exist.",
    );
  });

  test("says so when the program does not exist", async () => {
    const { ending } = await run(runner, ["no-such-program"]);
    expect(ending.startError).toContain("executable file not found");
  });

  test("can run a program that lies in its own folder", async () => {
    const { launch } = await sh("printf '#!/bin/sh\\necho own' > /tool; chmod +x /tool");
    const { text } = await run(runner, ["/tool"], { folder: launch.folder });
    expect(text).toBe("own\n");
  });

  test("ends as a shell tells it", async () => {
    expect((await sh("exit 9")).ending.exitCode).toBe(9);
    expect((await sh("sh -c 'kill -9 $$'")).ending.exitCode).toBe(137);
  });

  test("is the first process of its container, which no signal without a handler ends", async () => {
    expect((await sh("echo $$")).text).toBe("1\n");
    expect((await sh("kill -TERM $$; kill -9 $$; echo still; exit 3")).ending.exitCode).toBe(3);
  });

  test("is not waited for when nothing would come of asking it to end", async () => {
    const { job } = start(runner, ["sleep", "600"]);
    await job.exec(["true"], { tty: false });
    job.kill("SIGTERM");
    expect((await job.ended).exitCode).toBe(137);
  });

  test("is asked to end before it is forced to", async () => {
    const { job, text } = start(runner, [
      "sh",
      "-c",
      "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done",
    ]);
    await expect.poll(text, WITHIN).toContain("up");
    job.kill("SIGTERM");
    expect((await job.ended).exitCode).toBe(0);
    expect(text()).toContain("bye");
  });

  test("leaves nothing behind when it is killed", async () => {
    const { job, launch } = start(runner, ["sh", "-c", "sleep 600 & env -i setsid sleep 600 & wait"]);
    await expect.poll(() => processesOf(launch.jobId).length, WITHIN).toBeGreaterThan(2);
    job.kill("SIGKILL");
    expect((await job.ended).exitCode).toBe(137);
    expect(processesOf(launch.jobId)).toEqual([]);
  });

  test("is ended when it takes too much memory", async () => {
    const script = "const kept=[];setInterval(()=>kept.push(Buffer.alloc(4<<20,1)),2)";
    const { ending } = await run(runner, ["node", "-e", script], { memoryBytes: 150 << 20 });
    expect(ending).toEqual({ exitCode: 137, oomKilled: true });
  });

  test("has a terminal when it asks for one", async () => {
    const { text } = await sh("test -t 0 && stty size", { tty: true });
    expect(text.trim()).toBe("24 80");
  });

  test("is entered by exec, in its folder and with its processes", async () => {
    const { job } = start(runner, ["sleep", "600"], { workingDir: "/inside" });
    for (const tty of [false, true]) {
      const session = await job.exec(
        ["sh", "-c", "pwd; echo $GREETING; ls /proc | grep -c '^[0-9]'; exit 6"],
        { tty },
      );
      const [folder, greeting, count] = (await readText(session.stdout)).split(/\r?\n/);
      expect([folder, greeting]).toEqual(["/inside", "hello"]);
      expect(Number(count)).toBeLessThan(10);
      expect((await session.ended).exitCode).toBe(6);
    }
    job.kill("SIGKILL");
    await job.ended;
  });

  test("is reached on its ports", async () => {
    const server =
      "require('net').createServer(s=>s.end('hi')).listen(0,function(){console.log(this.address().port)})";
    const { job, text } = start(runner, ["node", "-e", server]);
    await expect.poll(text, WITHIN).toContain("\n");
    expect(await readText(await job.connect(Number(text())))).toBe("hi");
    job.kill("SIGKILL");
    await job.ended;
  });

  describe("whose sandbox fails", () => {
    const failing = async (tty: boolean) => {
      const source = join(host, "file");
      writeFileSync(source, "");
      // A file cannot be put over the folder.
      return run(runner, ["true"], { tty, mounts: [{ source, target: "/usr", readOnly: true }] });
    };

    test("says so apart from its output", async () => {
      const { text, ending } = await failing(false);
      expect(text).toBe("");
      expect(ending).toMatchObject({ oomKilled: false, sandboxError: expect.stringMatching(/\/usr/) });
      expect(JSON.stringify(ending)).not.toContain("bwrap");
    });

    test("says so with a terminal too", async () => {
      const { text, ending } = await failing(true);
      expect(text).toBe("");
      expect(ending).toMatchObject({ sandboxError: expect.any(String) });
    });
  });

  test.each([
    ["echo bwrap: mine >&2; exit 1", "bwrap: mine\n", 1],
    ["printf bw >&2; exit 1", "bw", 1],
    ["echo bwrap: mine >&2; exit 0", "bwrap: mine\n", 0],
    ["exit 1", "", 1],
  ])("keeps what only looks like the sandbox's words: %s", async (script, output, exitCode) => {
    const { text, ending } = await sh(script);
    expect(text).toBe(output);
    expect(ending).toEqual({ exitCode, oomKilled: false });
  });

  test("does not get the descriptor that the sandbox reports on", async () => {
    expect((await sh("readlink /proc/self/fd/3 || echo none")).text).toBe("none\n");
  });
});
