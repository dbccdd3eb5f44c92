import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { check, type Seen } from "../../evals/check.ts";
import { readTasks, type VerifyStep } from "../../evals/task.ts";
import type { JobDescription } from "../../src/client/index.ts";
import { sampleJob } from "../jobs/sample-job.ts";

const tasks = readTasks();
const [anyTask] = tasks;
const NOTHING = { asked: [], answer: "", before: [], after: [], outputs: new Map() };

/** What is wrong by one step alone. */
function problemsOf(step: VerifyStep, seen: Partial<Seen>): string[] {
  if (anyTask === undefined) throw new Error("There are no tasks");
  const spec = { ...anyTask.spec, verify: [step], assertions: { maxToolCalls: 9, maxBytes: 9 } };
  return check({ ...anyTask, spec }, { ...NOTHING, ...seen });
}

/** The same for jobs that were so and are so now. */
function problems(step: VerifyStep, before: JobDescription[], after: JobDescription[]): string[] {
  return problemsOf(step, { before, after });
}

describe("the tasks", () => {
  test("are in themes that have scripts", () => {
    const themes = new Set(tasks.map(({ metadata }) => metadata.labels.theme));
    const scripts = readdirSync("test/evals").filter((file) => file.endsWith(".test.ts"));
    expect(scripts).toEqual(expect.arrayContaining([...themes].map((theme) => `${theme}.test.ts`)));
  });

  test("are not solved by doing and saying nothing", () => {
    const solved = tasks.filter((task) => check(task, NOTHING).length === 0);
    expect(solved.map(({ metadata }) => metadata.name)).toEqual([]);
  });

  test("are not solved by saying yes, at any length of the talk", () => {
    const asked = Array.from({ length: 30 }, () => ({ kind: "tool", name: "job_list", bytes: 1e6 }) as const);
    const solved = tasks.filter((task) => check(task, { ...NOTHING, asked, answer: "Yes." }).length < 2);
    expect(solved.map(({ metadata }) => metadata.name)).toEqual([]);
  });
});

describe("check", () => {
  const running = sampleJob({ status: "running", life_span: 3600, tags: ["tmp"] });
  const unchanged: VerifyStep = { "apolo.unchanged": {} };

  test("lets jobs end by themselves, and sees what an agent changed", () => {
    const other = sampleJob({ id: "job-other", name: "other" });
    expect(problems(unchanged, [running], [{ ...running, status: "succeeded" }])).toEqual([]);
    expect(problems(unchanged, [running], [{ ...running, status: "cancelled" }])).toHaveLength(1);
    expect(problems(unchanged, [running], [{ ...running, life_span: 7200 }])).toHaveLength(1);
    expect(problems(unchanged, [running], [running, other])).toEqual(["other was started"]);
  });

  test("counts the jobs that are meant and looks into each", () => {
    const step = (more: object): VerifyStep => ({
      "apolo.jobs": { select: { tag: "tmp" }, count: 1, ...more },
    });
    const now = [running, sampleJob({ id: "job-other", tags: [] })];
    expect(problems(step({ status: ["running"], has: { life_span: 3600 } }), now, now)).toEqual([]);
    expect(problems(step({ count: 2 }), now, now)).toHaveLength(1);
    expect(problems(step({ status: ["cancelled"] }), now, now)).toHaveLength(1);
    expect(problems(step({ has: { container: { image: "another" } } }), now, now)).toHaveLength(1);
  });

  test("looks at what a command prints", () => {
    const step: VerifyStep = { "apolo.output": { job: "box", command: "cat a", matches: "^keep" } };
    const printing = (text: string) => problemsOf(step, { outputs: new Map([["cat a", text]]) });
    expect(printing("keep\n")).toEqual([]);
    expect(printing("gone")).toEqual(["cat a prints gone"]);
  });

  test("wants what the answer must have, and nothing that it must not", () => {
    const step: VerifyStep = { "apolo.answer": { matches: ["a job"], lacks: ["^$"] } };
    expect(problems(step, [], [])).toEqual(["the answer lacks a job", "the answer has ^$"]);
  });
});
