import { describe, expect, test } from "vitest";
import type { StartOptions } from "../../../src/client/index.ts";
import { mountProblems, presetProblems, startProblems } from "../../../src/jobs/start/problems.ts";
import { faultText } from "../../../src/tools/start/faults.ts";

const fine: StartOptions = { image: "python:3.12", name: "train-7b", tags: ["a"], env: { A: "1" } };

describe("the problems of a start", () => {
  test("are none for a sound one", () => {
    expect(startProblems(fine)).toEqual([]);
    expect(startProblems({ ...fine, env: { A: "x=1" }, http: { port: 80 }, workingDir: "/app" })).toEqual([]);
  });

  test.each([
    [{ name: "ab" }, /2 characters/],
    [{ name: "a".repeat(41) }, /41 characters/],
    [{ name: "a--b" }, /e\.g\. a-b/],
    [{ name: "9lives" }, /e\.g\. lives/],
    [{ name: "job-x" }, /cannot start with job-/],
    [{ tags: Array.from({ length: 17 }, (_, i) => `t${i}`) }, /17 with this server's own/],
    [{ tags: [""] }, /1 to 256/],
    [{ tags: ["a b"] }, /blank/],
    [{ description: " " }, /description/],
    [{ workingDir: "app" }, /working_dir/],
    [{ workingDir: "/a\nb" }, /working_dir: .*one line/],
    ...["command", "entrypoint", "description", "workingDir"].map((key): [Partial<StartOptions>, RegExp] => [
      { [key]: "/a\0b" },
      /^[a-z_]+: it contains a NUL character\.$/m,
    ]),
    [{ tags: ["a\0b"] }, /^tags: one contains a NUL character/],
    [{ volumes: ["storage:a\0:/b"] }, /^volumes: one contains a NUL character/],
    [{ http: { port: 70_000 } }, /65535/],
    [{ scheduleTimeoutSeconds: 0.5 }, /at least 1 second/],
    [{ scheduleTimeoutSeconds: 2_592_000 }, /under 30 days/],
    [{ env: { "": "x" } }, /has no name/],
    [{ env: { "A=B": "x" } }, /contains "="/],
    [{ env: { "A-B": "x" } }, /"A-B" is not a valid variable name/],
    [{ env: { "1A": "x" } }, /not a valid variable name/],
    [{ secretEnv: { "a.b": "secret:x" } }, /not a valid variable name/],
    [{ env: { A: "a\0b" } }, /value of A contains a NUL/],
    [{ env: { A: "x".repeat(200_000) } }, /value of A is too long.*128 KiB/],
    [{ passConfig: true, env: { NEURO_PASSED_CONFIG: "x" } }, /already set/],
  ] satisfies [Partial<StartOptions>, RegExp][])("name %j", (wrong, message) => {
    expect(
      startProblems({ ...fine, ...wrong })
        .map(faultText)
        .join("\n"),
    ).toMatch(message);
  });

  test("are all named, not only the first", () => {
    expect(
      startProblems({ image: "ubuntu", description: " ", name: "A", tags: ["a b"] }).length,
    ).toBeGreaterThanOrEqual(4);
  });

  test("depend on whether the jobs of a preset take turns", () => {
    const [turns, plain] = [true, false].map((scheduler_enabled) => ({ name: "p", scheduler_enabled }));
    expect(presetProblems({ ...fine, scheduleTimeoutSeconds: 60 }, turns ?? never())).toHaveLength(1);
    expect(presetProblems({ ...fine, scheduleTimeoutSeconds: 60 }, plain ?? never())).toEqual([]);
    expect(presetProblems({ ...fine, energyScheduleName: "night" }, plain ?? never())).toHaveLength(1);
  });
});

describe("the problems of mounts", () => {
  const mount = (uri: string, path: string) => ({ uri, path, isReadOnly: false });

  test("are none for sound ones", () => {
    expect(mountProblems([mount("storage://c/o/p/a", "/a"), mount("storage://c", "/b")], "c")).toEqual([]);
  });

  test.each([
    [[mount("storage://c/a", "a")], /not absolute/],
    [[mount("storage://c/a", "/a/../b")], /"\.\."/],
    [[mount("storage://c/a", "/a"), mount("storage://c/b", "/a/")], /two things/],
    [[mount("storage://other/a", "/a")], /not on the job's cluster c/],
  ])("name %j", (mounts, message) => {
    expect(mountProblems(mounts, "c").map(faultText).join("\n")).toMatch(message);
  });
});

function never(): never {
  throw new Error("unreachable");
}
