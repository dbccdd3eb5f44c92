import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { jobDescription } from "../../../src/client/index.ts";
import { parseJob } from "../../../src/client/records/to-job.ts";
import { wireJob } from "../../../src/client/wire/job.ts";

const at = { base: { cluster: "c", org: "o", project: "p" }, clusters: [], images: new Map() };
const ODD = [null, "x", "", true, 1.5, -1, "1e999", [], {}, [null], [[1]], { a: null }];

describe("a job as the platform should not send it", () => {
  let job: Record<string, unknown>;
  beforeAll(async () => {
    const cases = JSON.parse(
      await readFile(new URL("../../fixtures/wire/cases.json", import.meta.url), "utf8"),
    );
    job = cases.find(({ id }: { id: string }) => id === "status/full-failed").script.job;
  });

  test("is read but for the one value that is odd, wherever that stands", () => {
    const paths = pathsOf(job);
    expect(paths.length).toBeGreaterThan(80);
    for (const path of paths)
      for (const value of [undefined, ...ODD]) {
        const found = parseJob(withValue(job, path, value), at, "job-1");
        expect.soft({ path, value, found: jobDescription.safeParse(found).error }).toEqual({ path, value });
      }
  });

  test.for([
    [{ total_price_credits: undefined }, "total_price_credits"],
    [{ container: null }, "container"],
    [{ history: 5 }, "history"],
    [{ history: { created_at: "2026-02-32T00:00:00Z" } }, "history.created_at"],
    [{ tags: ["a", null, "b"] }, "tags.1"],
    [{ price_credits_per_hour: "cheap" }, "price_credits_per_hour"],
    [{ schedule_timeout: "soon" }, "schedule_timeout"],
    [{ name: {} }, "name"],
  ] as const)("names what could not be read: %j", ([change, name]) => {
    expect(parseJob({ ...job, ...change }, at).unread).toEqual([name]);
  });

  test("keeps the good members of a list", () => {
    expect(parseJob({ ...job, tags: ["a", null, "b"] }, at).tags).toEqual(["a", "b"]);
  });

  test.for([undefined, null, {}, []])("without an id (%j) is refused, and named", (id) => {
    expect(() => parseJob({ ...job, id }, at)).toThrow("form that cannot be read (id)");
  });

  test.for([null, 5, "job", [], true])("is refused when it is no record at all: %j", (value) => {
    expect(() => parseJob(value, at)).toThrow("cannot be read");
  });

  test("is read within a bound, however much is odd", () => {
    const volumes = Array.from({ length: 5000 }, () => null);
    const found = parseJob({ ...job, container: { ...Object(job.container), volumes } }, at);
    expect([found.id, found.container.volumes]).toEqual([job.id, []]);
    expect(found.unread).toContain("container.volumes");
    expect(found.container.image).toEqual(parseJob(job, at).container.image);
  });

  test.for([
    ["statuses", (value: unknown) => ({ statuses: value }), Array(1000).fill({})],
    ["tags", (value: unknown) => ({ tags: value }), Array(1000).fill(null)],
    ["tags", (value: unknown) => ({ tags: value }), Array(200_000).fill(null)],
    ["unknown", (value: unknown) => ({ unknown: value, name: {} }), nested(10_000)],
  ] as const)(
    "is read in a few passes where %s is full of what is odd",
    { tags: "hostility" },
    ([name, within, value]) => {
      const passes = vi.spyOn(wireJob, "safeParse");
      const found = parseJob({ ...job, ...within(value) }, at);
      expect(passes.mock.calls.length).toBeLessThan(6);
      passes.mockRestore();
      expect(found).toMatchObject({ id: job.id, status: job.status });
      expect(found.unread).toContain(name === "unknown" ? "name" : name);
    },
  );

  test("keeps what is an infinite number out of its texts", () => {
    const infinite = JSON.parse("1e400") as unknown;
    const found = parseJob(
      { ...job, owner: infinite, description: infinite, max_run_time_minutes: 1e308 },
      at,
    );
    expect(found.unread?.toSorted()).toEqual(["description", "max_run_time_minutes", "owner"]);
    expect(JSON.stringify(found)).not.toContain("Infinity");
    expect(found.life_span).toBeUndefined();
  });
});

/** As JSON brings it: whoever makes it by recursion runs out of stack. */
function nested(depth: number): unknown {
  return JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
}

describe("numbers that come in another form", () => {
  test.for([
    ["10", 10],
    [" 10 ", 10],
    ["10.0", 10],
    [true, 1],
  ] as const)("%j is read as %j", async ([sent, value]) => {
    const cases = JSON.parse(
      await readFile(new URL("../../fixtures/wire/cases.json", import.meta.url), "utf8"),
    );
    const { job } = cases.find(({ id }: { id: string }) => id === "status/full-failed").script;
    const container = {
      ...job.container,
      http: { port: sent },
      resources: { cpu: sent, memory: sent, nvidia_gpu: sent },
    };
    const found = parseJob({ ...job, container, max_run_time_minutes: sent, schedule_timeout: sent }, at);
    expect(found).toMatchObject({ life_span: value * 60, schedule_timeout: value });
    expect(found.container.resources).toMatchObject({ cpu: value, memory: value, nvidia_gpu: value });
    expect(found.container.http?.port).toBe(value);
    expect(found.unread).toBeUndefined();
  });
});

function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  const entries = Object.entries(value).map(
    ([key, part]) => [Array.isArray(value) ? Number(key) : key, part] as const,
  );
  return [
    ...(path.length === 0 ? [] : [path]),
    ...entries.flatMap(([key, part]) => pathsOf(part, [...path, key])),
  ];
}

function withValue(value: unknown, [key, ...rest]: (string | number)[], put: unknown): unknown {
  if (key === undefined) return put;
  if (Array.isArray(value))
    return value.map((part, index) => (index === key ? withValue(part, rest, put) : part));
  const part: unknown = Reflect.get(Object(value), key);
  return { ...Object(value), [key]: withValue(part, rest, put) };
}
