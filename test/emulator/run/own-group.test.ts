import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ownMemoryGroup } from "../../../src/emulator/run/own-group.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "own-group-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** What the system tells of a process, and the mounts it speaks of, all in one folder. */
function told(cgroup: string, mounts: readonly string[]): string {
  write("proc/cgroup", cgroup);
  write("proc/mountinfo", mounts.map((line) => line.replaceAll("$", folder)).join("\n"));
  return join(folder, "proc");
}

const V1 = "33 25 0:28 / $/memory rw,nosuid shared:9 - cgroup cgroup rw,memory";
const V2 = "24 20 0:22 / $/unified rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";

describe("the own control group, legacy", () => {
  const inV1 = () => told("5:cpu,cpuacct:/other\n4:memory:/user/7\n0::/\n", [V2, V1]);

  test("is the one below the mount that controls memory", () => {
    write("memory/user/7/memory.use_hierarchy", "1\n");
    expect(ownMemoryGroup(inV1())?.folder).toBe(join(folder, "memory/user/7"));
  });

  test("is found where only a part of the hierarchy is mounted", () => {
    write("memory/7/memory.use_hierarchy", "1\n");
    const part = "33 25 0:28 /user $/memory rw - cgroup cgroup rw,memory";
    expect(ownMemoryGroup(told("4:memory:/user/7\n", [part]))?.folder).toBe(join(folder, "memory/7"));
  });

  test("is not used where its part of the hierarchy is not mounted", () => {
    write("memory/memory.use_hierarchy", "1\n");
    const part = "33 25 0:28 /other $/memory rw - cgroup cgroup rw,memory";
    expect(ownMemoryGroup(told("4:memory:/user/7\n", [part]))).toBeUndefined();
  });

  test("is not used where it would not count its children", () => {
    write("memory/user/7/memory.use_hierarchy", "0\n");
    expect(ownMemoryGroup(inV1())).toBeUndefined();
  });

  test.skipIf(process.getuid?.() === 0)("is not used where it may not be written to", () => {
    write("memory/user/7/memory.use_hierarchy", "1\n");
    chmodSync(join(folder, "memory/user/7"), 0o500);
    expect(ownMemoryGroup(inV1())).toBeUndefined();
  });
});

describe("the own control group, unified", () => {
  const path = "unified/user.slice/run-1.scope";
  const inV2 = () => told("0::/user.slice/run-1.scope\n", [V2]);
  const group = (procs: string, controllers = "cpu memory pids\n") => {
    write(`${path}/cgroup.procs`, procs);
    write(`${path}/cgroup.controllers`, controllers);
    write(`${path}/cgroup.subtree_control`, "");
  };

  test("is used when the process is alone in it, which steps aside", () => {
    group(`${process.pid}\n`);
    expect(ownMemoryGroup(inV2())?.folder).toBe(join(folder, path));
    const aside = join(folder, path, `apolo-emulator-${process.pid}`);
    expect(readFileSync(join(aside, "cgroup.procs"), "utf8")).toBe(String(process.pid));
    expect(readFileSync(join(folder, path, "cgroup.subtree_control"), "utf8")).toBe("+memory");
  });

  test("is left as it was found", () => {
    group(`${process.pid}\n`);
    ownMemoryGroup(inV2())?.leave();
    expect(readFileSync(join(folder, path, "cgroup.subtree_control"), "utf8")).toBe("-memory");
    expect(readFileSync(join(folder, path, "cgroup.procs"), "utf8")).toBe(String(process.pid));
  });

  test.each([
    ["others are in it", `1\n${process.pid}\n`, "memory\n"],
    ["it does not control memory", `${process.pid}\n`, "cpu pids\n"],
  ])("is left alone where %s", (_why, procs, controllers) => {
    group(procs, controllers);
    expect(ownMemoryGroup(inV2())).toBeUndefined();
    expect(readdirSync(join(folder, path))).toHaveLength(3);
  });
});

describe("where there are no control groups", () => {
  test("none is found", () => {
    expect(ownMemoryGroup(folder)).toBeUndefined();
  });
});
