import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { guardFor } from "../../src/client/wire/guard.ts";
import { wireJob } from "../../src/client/wire/job.ts";

describe("guardFor", () => {
  let job: Record<string, unknown>;
  beforeAll(async () => {
    const cases = JSON.parse(await readFile(new URL("../fixtures/wire/cases.json", import.meta.url), "utf8"));
    job = cases.find(({ id }: { id: string }) => id === "status/full-failed").script.job;
  });

  test("agrees with zod on a job with any one value replaced", () => {
    const guard = guardFor(wireJob);
    const paths = pathsOf(job);
    for (const path of paths)
      for (const value of [undefined, null, "x", 1, 1.5, Number.NaN, true, [], {}, [1]]) {
        const changed = withValue(job, path, value);
        expect({ path, value, ok: guard(changed) }).toEqual({
          path,
          value,
          ok: wireJob.safeParse(changed).success,
        });
      }
    expect(paths.length).toBeGreaterThan(80);
  });

  test("does not ask zod about kinds it knows", () => {
    const asked = vi.spyOn(wireJob, "safeParse");

    expect(guardFor(wireJob)(job)).toBe(true);
    expect(asked).not.toHaveBeenCalled();
  });

  test("leaves kinds it does not know to zod", () => {
    const guard = guardFor(
      z.object({ size: z.number().min(3), word: z.enum(["a"]), text: z.string().min(2) }),
    );

    expect(guard({ size: 3, word: "a", text: "ab" })).toBe(true);
    expect(guard({ size: 2, word: "a", text: "ab" })).toBe(false);
    expect(guard({ size: 3, word: "b", text: "ab" })).toBe(false);
    expect(guard({ size: 3, word: "a", text: "a" })).toBe(false);
  });
});

function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

function withValue(root: unknown, path: string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = structuredClone(root) as Record<string, unknown>;
  copy[key] = withValue(copy[key], rest, value);
  return copy;
}
