import { describe, expect, test } from "vitest";
import { type JobDescription, PlatformError } from "../../../src/client/index.ts";
import { markOf } from "../../../src/operations/find/owned.ts";
import type { Checked } from "../../../src/operations/start/check.ts";
import type { StartRequest } from "../../../src/operations/start/request.ts";
import {
  jobFor,
  jobOf,
  PLAN,
  requestFor,
  run,
  type Start,
  WHERE,
  type World,
  world,
} from "../../support/starting.ts";

const MISSING = { code: "unknown_stored" } as unknown as Checked["problems"][number];
const BAD = { code: "invalid", text: "no" } as const;

describe("a start that is refused", () => {
  test.for<[string, Partial<Checked>, Partial<StartRequest>]>([
    ["without a plan", { problems: [BAD], plan: undefined } as unknown as Checked, {}],
    ["for a mistake, though it was made before", { problems: [BAD] }, {}],
    ["for a mistake beside what is missing", { problems: [MISSING, BAD] }, {}],
    ["for what is missing, the first time", { problems: [MISSING] }, { isRepeatable: false }],
  ])("starts nothing %s", async ([, checked, request]) => {
    const at = world({ earlier: { r: jobOf(1) } });

    expect(await run(requestFor(1, request), at, checked)).toEqual({
      outcome: "refused",
      problems: checked.problems,
    });
    expect(at.started).toEqual([]);
    expect(at.sought).toEqual([]);
  });

  test("starts nothing for what is missing where no earlier call did", async () => {
    const at = world();

    expect(await run(requestFor(1), at, { problems: [MISSING] })).toMatchObject({ outcome: "refused" });
    expect(at.sought).toEqual([["r", WHERE]]);
    expect(at.started).toEqual([]);
  });

  test("is none where an earlier call found what is missing now", async () => {
    const at = world({ earlier: { r: jobOf(1) }, start: async () => ({ job: jobOf(1), repeated: true }) });

    expect(await run(requestFor(1), at, { problems: [MISSING] })).toMatchObject({
      ...{ outcome: "tried", outcomes: [{ job: { id: jobOf(1).id }, isRepeated: true }] },
    });
  });
});

describe("a request id in its other form", () => {
  const ONE = jobOf(1);
  const SWEPT = jobOf(1, { tags: ["sweep:r"] });

  test.for<[string, number, Record<string, JobDescription>, string]>([
    ["one job after a sweep", 1, { "r-1": SWEPT }, "r-1"],
    ["a sweep after one job", 2, { r: ONE }, "r"],
    ["a sweep by the id of a part of another one", 2, { r: SWEPT }, "r"],
  ])("is refused for %s", async ([, count, earlier, sought]) => {
    const at = world({ earlier });

    await expect(run(requestFor(count), at)).rejects.toMatchObject({
      ...{ code: "conflict", retryable: false },
      message: `request_id "r" was already used for job ${ONE.id} with other arguments (count or matrix). Use a new one for a new job. Nothing was started.`,
    });
    expect(at.sought).toEqual([[sought, WHERE]]);
    expect(at.started).toEqual([]);
  });

  test.for<[string, number, World["earlier"]]>([
    ["one job, whatever single job has the id of its first part", 1, { "r-1": ONE }],
    ["an id that somebody else used", 2, { r: new PlatformError("conflict", "bob's") }],
  ])("is not %s", async ([, count, earlier]) => {
    expect(await run(requestFor(count), world({ earlier }))).toMatchObject({ outcome: "tried" });
  });

  test("is not looked for where the id is new", async () => {
    const at = world({ earlier: { r: ONE } });

    expect(await run(requestFor(2, { isRepeatable: false }), at)).toMatchObject({ outcome: "tried" });
    expect(at.sought).toEqual([]);
  });

  test.for([new PlatformError("unavailable", "Down."), new TypeError("bug")])(
    "starts nothing when that cannot be told (%s)",
    async (error) => {
      const at = world({ earlier: { "r-1": error } });

      await expect(run(requestFor(1), at)).rejects.toBe(error);
      expect(at.started).toEqual([]);
    },
  );
});

describe("jobs that are started", () => {
  test("are each sent once, with the mark of who started them", async () => {
    const at = world();
    const request = requestFor(2);

    expect(await run(request, at)).toEqual({
      outcome: "tried",
      outcomes: [1, 2].map((n) => ({ item: request.items[n - 1], job: jobOf(n), isRepeated: false })),
    });
    expect(at.started).toEqual(
      [1, 2].map((n) => ({
        options: { image: "ubuntu", name: `n${n}`, tags: ["x", markOf("alice")] },
        once: { requestId: `r-${n}`, isNew: false, partOf: "r" },
      })),
    );
    expect(at.changing).toEqual([jobOf(1), jobOf(2)]);
    expect(at.progress).toEqual([
      ["started 1 of 2", 0.5],
      ["started 2 of 2", 1],
    ]);
  });

  test("are sent without a search for an earlier one where the id is new", async () => {
    const at = world();
    const request = requestFor(1, { isRepeatable: false });
    const [item] = request.items;
    if (item !== undefined) delete item.options.tags;

    await run(request, at);

    expect(at.started).toEqual([
      {
        options: { image: "ubuntu", name: "n1", tags: [markOf("alice")] },
        once: { requestId: "r", isNew: true, partOf: undefined },
      },
    ]);
    expect(at.filters).toEqual([]);
  });

  test("are not called changed where they are those of an earlier call", async () => {
    const at = world({ start: async () => ({ job: jobOf(1), repeated: true }) });

    await run(requestFor(1), at);

    expect(at.changing).toEqual([]);
    expect(at.progress).toEqual([["started 1 of 1", 1]]);
  });

  test.for<[ConstructorParameters<typeof PlatformError>[0], unknown[]]>([
    ["quota", []],
    ["unknown_outcome", [{ name: "n1" }]],
  ])("keep no others from starting when one fails: %s", async ([code, changed]) => {
    const error = new PlatformError(code, "no");
    const start: Start = async (id) => {
      if (id === "r-1") throw error;
      return { job: jobFor(id), repeated: false };
    };
    const at = world({ start });

    expect(await run(requestFor(2), at)).toMatchObject({
      outcome: "tried",
      outcomes: [{ error, nameTaken: undefined }, { job: { id: jobOf(2).id } }],
    });
    expect(at.changing.filter((job) => (job as JobDescription).id === undefined)).toEqual(changed);
    expect(at.progress).toHaveLength(2);
  });

  test("make no progress when the only one fails", async () => {
    const start = () => Promise.reject(new PlatformError("quota", "no"));
    const at = world({ start });

    expect(await run(requestFor(1), at)).toMatchObject({ outcomes: [{ error: { code: "quota" } }] });
    expect(at.progress).toEqual([]);
  });

  test("may be there when a bug comes between", async () => {
    const at = world({ start: () => Promise.reject(new TypeError("bug")) });

    await expect(run(requestFor(1), at)).rejects.toThrow("bug");
    expect(at.changing).toEqual([{ name: "n1" }]);
  });

  test("may be there when the call is given up, and no more are sent", async () => {
    const at = world();
    at.start = () => {
      at.controller.abort(new PlatformError("unknown_outcome", "given up"));
      return Promise.reject(new PlatformError("unknown_outcome", "given up"));
    };

    await expect(run(requestFor(1), at)).rejects.toThrow("given up");
    expect(at.changing).toEqual([{ name: "n1" }]);
  });

  test.for<[string, { name: string; holder: string } | undefined]>([
    ["job with name 'n1' and owner 'alice' already exists: 'job-7'", { name: "n1", holder: "job-7" }],
    ["job with name 'n1' already exists: 'job-7'", { name: "n1", holder: "job-7" }],
    ["no room", undefined],
  ])("tell who has the name: %s", async ([serverText, nameTaken]) => {
    const error = new PlatformError("conflict", "no", { serverText });

    expect(await run(requestFor(1), world({ start: () => Promise.reject(error) }))).toMatchObject({
      outcomes: [{ error, nameTaken }],
    });
  });

  test("tell of a project that is not there, where the platform only forbids it", async () => {
    const error = new PlatformError("not_permitted", "You may not write there");
    const start = () => Promise.reject(error);
    const there = { ...PLAN, where: { ...WHERE, project: "visoin" } };

    const [missing, known] = [
      await run(requestFor(1), world({ start }), { plan: there }),
      await run(requestFor(1), world({ start })),
    ];

    expect(missing).toMatchObject({
      outcomes: [
        {
          error: {
            code: "not_permitted",
            cause: error,
            hints: [{ reason: "unknown_project", project: { wanted: "acme/visoin" } }],
          },
        },
      ],
    });
    expect(known).toMatchObject({ outcomes: [{ error }] });
  });
});
