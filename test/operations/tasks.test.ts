import { describe, expect, test } from "vitest";
import { Seals } from "../../src/operations/seals.ts";
import { Tasks } from "../../src/operations/tasks.ts";

const tasksOf = (secret: string) => new Tasks(new Seals((purpose) => Buffer.from(`${secret} ${purpose}`)));
const JOB = "job-4f6ee8b8-2f3c-4e31-9c4b-0d5a3f3f6a10";
const wait = () => ({ startedMs: Date.now(), deadlineMs: Date.now() + 60_000, jobs: [JOB, "job-ä"] });

describe("a task", () => {
  test("is in its id, for every holder of the key and for nobody else", () => {
    const given = { ...wait(), facts: { until: "log", pattern: "époque 3" } };
    const { id, endMs } = tasksOf("a").issue("job_wait", given);
    expect(tasksOf("a").read(id)).toEqual({ ...given, tool: "job_wait", endMs, isCancelled: false });
    expect(tasksOf("b").read(id)).toBeUndefined();
    expect(tasksOf("b").cancel(id)).toBe(false);
  });

  test("can be asked for up to a day after its end", () => {
    const tasks = tasksOf("a");
    const agoMs = (hours: number) => Date.now() - hours * 3_600_000;
    const idOf = (hours: number) => tasks.issue("job_wait", { ...wait(), deadlineMs: agoMs(hours) }).id;
    expect(tasks.read(idOf(23))).toBeDefined();
    expect(tasks.read(idOf(25))).toBeUndefined();
  });

  test("stays cancelled however its id is written, until very many others are", () => {
    const tasks = tasksOf("a");
    const { id } = tasks.issue("job_wait", wait());
    expect(tasks.cancel(`${id}=`)).toBe(true);
    expect(tasks.read(id)?.isCancelled).toBe(true);
    for (let index = 0; index < 1000; index += 1)
      tasks.cancel(tasks.issue("job_wait", { ...wait(), facts: index }).id);
    expect(tasks.read(id)?.isCancelled).toBe(false);
  });

  test("for a hundred jobs has an id that fits into a header", () => {
    const jobs = Array.from({ length: 100 }, () => JOB);
    expect(tasksOf("a").issue("job_wait", { ...wait(), jobs }).id.length).toBeLessThan(2500);
  });
});
