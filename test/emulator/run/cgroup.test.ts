import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { openMemoryGroups } from "../../../src/emulator/run/cgroup.ts";
import { openRunner } from "../../../src/emulator/run/index.ts";
import { ownMemoryGroup } from "../../../src/emulator/run/own-group.ts";
import { WITHIN } from "../../support/busy.ts";
import { canIsolate, removeFolders, run, start } from "./jobs.ts";

const LIMIT = 64 << 20;
/** No tail of zeros has a line end, so `tail` keeps them all. */
const FAST = "head -c 500M /dev/zero | tail";

/** Takes a megabyte for each line that it is sent, and says so. */
const STEADY =
  "const kept=[];process.stdin.on('data',()=>{kept.push(Buffer.alloc(1<<20,1));console.log(kept.length)})";

/** A control group given over to these tests, or the own one where the system allows it. */
const given = process.env.APOLO_TEST_MEMORY_GROUP ?? ownMemoryGroup()?.folder ?? "";
const canUseCgroups = given !== "";

const folders: string[] = [];

/** A folder with the files of a control group, but no system behind it. */
function imitation(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "cgroup-test-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const unified = () => imitation({ "cgroup.controllers": "cpu memory pids\n", "cgroup.subtree_control": "" });

/** Other tests may use the same folder. */
function groupsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith(`apolo-${process.pid}-`));
}

function made(folder: string) {
  const group = openMemoryGroups(folder).make("job-0123456789abcdef", LIMIT);
  const [name = ""] = groupsIn(folder);
  if (group === undefined) throw new Error("the group was refused");
  return { group, name, path: join(folder, name) };
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  removeFolders();
});

describe("a memory group", () => {
  test("gets the limit in the unified layout, where memory is handed down first", () => {
    const folder = unified();
    const { name, path } = made(folder);
    expect(name).toMatch(new RegExp(`^apolo-${process.pid}-\\d+-456789abcdef$`));
    expect(readFileSync(join(folder, "cgroup.subtree_control"), "utf8")).toBe("+memory");
    expect(readFileSync(join(path, "memory.max"), "utf8")).toBe(String(LIMIT));
  });

  test("gets the limit in the legacy layout", () => {
    const { path } = made(imitation({ "memory.limit_in_bytes": "9223372036854771712" }));
    expect(readFileSync(join(path, "memory.limit_in_bytes"), "utf8")).toBe(String(LIMIT));
  });

  test("is joined by the program itself, which keeps arguments, folder and environment", () => {
    const { group, path } = made(unified());
    const command = { file: "/usr/bin/printf", args: ["%s|", "a b", "$c"], env: { X: "1" }, cwd: "/" };
    const entered = group.enter(command);
    const { stdout } = spawnSync(entered.file, [...entered.args], { env: entered.env, cwd: entered.cwd });
    expect(stdout.toString()).toBe("a b|$c|");
    expect(readFileSync(join(path, "cgroup.procs"), "utf8")).toBe("0\n");
    expect([entered.env, entered.cwd]).toEqual([command.env, command.cwd]);
  });

  test("does not keep a program from running when it cannot be joined", () => {
    const { group, path } = made(unified());
    rmSync(path, { recursive: true });
    const { file, args } = group.enter({ file: "/bin/echo", args: ["runs"], env: {}, cwd: "/" });
    const { stdout, stderr } = spawnSync(file, [...args]);
    expect([stdout.toString(), stderr.toString()]).toEqual(["runs\n", ""]);
  });

  test.each([
    ["low 0\noom 3\noom_kill 0\noom_group_kill 4\n", false],
    ["low 0\noom 3\noom_kill 2\n", true],
  ])("tells from %j whether the system has killed: %s", (events, isExhausted) => {
    const { group, path } = made(unified());
    expect(group.isExhausted()).toBe(false);
    writeFileSync(join(path, "memory.events"), events);
    expect(group.isExhausted()).toBe(isExhausted);
  });

  test("is removed with those that dead emulators left, and no others", () => {
    const folder = unified();
    const { pid } = spawnSync("true");
    const dead = [`apolo-${pid}-1-a`, `apolo-emulator-${pid}`];
    const kept = [`apolo-${process.pid}-1-b`, "apolo-x", "foreign"];
    for (const name of [...dead, ...kept]) mkdirSync(join(folder, name));
    openMemoryGroups(folder);
    expect(readdirSync(folder).filter((name) => !name.startsWith("cgroup."))).toEqual(kept);
  });
});

describe("a named folder", () => {
  test("is refused when it is no control group", () => {
    expect(() => openRunner({ memoryGroup: imitation({}) })).toThrow(/cannot be limited .*ENOENT/);
  });

  test("is refused when it does not control memory", () => {
    const folder = imitation({ "cgroup.controllers": "cpu pids\n" });
    expect(() => openRunner({ memoryGroup: folder })).toThrow("it does not control memory");
  });
});

const real = canUseCgroups
  ? ""
  : " (skipped: no control group may be used, and APOLO_TEST_MEMORY_GROUP names none)";

/** Highest use of the only group there is. */
function peakBytes(): number {
  const [name = ""] = groupsIn(given);
  const file = ["memory.peak", "memory.max_usage_in_bytes"].find((each) =>
    existsSync(join(given, name, each)),
  );
  return Number(readFileSync(join(given, name, file ?? ""), "utf8"));
}

describe.runIf(canUseCgroups).each([false, ...(canIsolate ? [true] : [])])(
  `a job in a control group${real}, isolated: %s`,
  (isolate) => {
    const killed = { exitCode: 137, oomKilled: true };
    const open = () => openRunner({ isolate, memoryGroup: given });

    test("ends as OOMKilled when it takes memory fast", async () => {
      const runner = open();
      const { ending } = await run(runner, ["sh", "-c", FAST], { memoryBytes: LIMIT });
      expect(ending).toEqual(killed);
      expect(groupsIn(given)).toEqual([]);
      await runner.close();
    });

    test("never has more memory than its limit", async () => {
      const runner = open();
      // What survives in the legacy layout, where one process is killed, is the shell: it tells the peak.
      const { job } = start(runner, ["sleep", "600"], { memoryBytes: LIMIT });
      const session = await job.exec(["node", "-e", STEADY], { tty: false });
      let peak = 0;
      session.stdin.on("error", () => undefined).write("more\n");
      for await (const _ of session.stdout) {
        peak = peakBytes();
        session.stdin.write("more\n");
      }
      expect((await session.ended).exitCode).not.toBe(0);
      expect(await job.ended).toEqual(killed);
      expect(peak).toBeGreaterThan(LIMIT / 4);
      expect(peak).toBeLessThanOrEqual(LIMIT);
      expect(groupsIn(given)).toEqual([]);
      await runner.close();
    });

    test("is counted together with its sessions, terminals and processes that left", async () => {
      const runner = open();
      const { job } = start(runner, ["sh", "-c", "setsid sleep 600 & sleep 600"], { memoryBytes: LIMIT });
      const where = async (tty: boolean) =>
        readText((await job.exec(["cat", "/proc/self/cgroup"], { tty })).stdout);
      const [name = ""] = groupsIn(given);
      expect(await where(false)).toContain(name);
      expect(await where(true)).toContain(name);
      const count = () => readFileSync(join(given, name, "cgroup.procs"), "utf8").split("\n").length;
      await expect.poll(count, WITHIN).toBeGreaterThan(3);
      job.kill("SIGKILL");
      expect(await job.ended).toEqual({ exitCode: 137, oomKilled: false });
      expect(groupsIn(given)).toEqual([]);
      await runner.close();
    });

    test("leaves no group when it cannot be started", async () => {
      const runner = open();
      expect((await run(runner, ["no-such-program"])).ending.startError).toBeDefined();
      expect(groupsIn(given)).toEqual([]);
      await runner.close();
    });
  },
);
