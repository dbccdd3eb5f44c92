import { describe } from "vitest";
import { AmbiguousError } from "../../../src/client/index.ts";
import {
  expect,
  JOB_ID,
  type PlatformStub,
  reply,
  replyLines,
  test,
  wireJob,
} from "../../support/platform-stub.ts";

const id = (digits: string) => `job-${digits}${"00000000-0000-4000-8000-000000000001".slice(digits.length)}`;

const JOBS = [
  wireJob({ id: id("1a2b3c4d"), name: "train-7b" }),
  wireJob({ id: id("1a2b9999"), name: "prep" }),
  wireJob({
    id: id("ffff0000"),
    name: "old",
    history: { status: "failed", finished_at: "2026-08-01T10:00:00Z" },
  }),
];

/** Lists by name, and gives by id, as the platform does. */
function serve(stub: PlatformStub): void {
  stub.on("GET /api/v1/jobs?", (response, { url = "" }) => {
    const name = new URL(url, "http://x").searchParams.get("name");
    replyLines(
      response,
      JOBS.filter((job) => name === null || job.name === name),
    );
  });
  stub.on("GET /api/v1/jobs/", (response, { url = "" }) => {
    const ref = decodeURIComponent(url.split("/").at(-1) ?? "");
    const job = JOBS.find((one) => one.id === ref);
    if (job === undefined) reply(response, { error: `no such job ${ref}` }, 400);
    else reply(response, job);
  });
}

describe("resolve", () => {
  test.for([
    ["a name", "train-7b", id("1a2b3c4d")],
    ["an id", id("1a2b9999"), id("1a2b9999")],
    ["a unique beginning of an id", "job-1a2b3", id("1a2b3c4d")],
    ["bare digits of one", "1a2b9", id("1a2b9999")],
    ["a job: URI with a name", "job:prep", id("1a2b9999")],
    ["a job: URI with an id", `job://default/acme/vision/${id("1a2b9999")}`, id("1a2b9999")],
  ] as const)("finds %s", async ([, ref, expected], { stub, platform }) => {
    serve(stub);

    expect((await platform.jobs.resolve(ref)).id).toBe(expected);
  });

  test("names those that begin so where the beginning is too short", async ({ stub, platform }) => {
    serve(stub);

    const error = await platform.jobs.resolve("job-1a").catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      code: "ambiguous",
      message: expect.stringContaining("four digits or more"),
    });
    expect((error as AmbiguousError).candidates).toHaveLength(2);
    await expect(platform.jobs.resolve("job-0")).rejects.toMatchObject({ code: "not_found" });
  });

  test("names the id that a mistyped one may mean", async ({ stub, platform }) => {
    serve(stub);
    const near = { code: "not_found", message: expect.stringContaining(`Near ids: ${id("1a2b3c4d")}`) };

    await expect(platform.jobs.resolve(id("1a2c3c4d"))).rejects.toMatchObject(near);
    await expect(platform.jobs.resolve("job-1a2b3f")).rejects.toMatchObject(near);
  });

  test("keeps saying that there is no such job when the search for near ids fails", async ({
    stub,
    platform,
  }) => {
    serve(stub);
    stub.on("GET /api/v1/jobs?", (response) => reply(response, { error: "boom" }, 500));

    await expect(platform.jobs.resolve(id("1a2c3c4d"))).rejects.toMatchObject({
      code: "not_found",
      serverText: expect.stringContaining("no such job"),
    });
  });

  test("names the candidates of a beginning that fits several", async ({ stub, platform }) => {
    serve(stub);

    const error = await platform.jobs.resolve("1a2b").catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(AmbiguousError);
    expect((error as AmbiguousError).candidates.map(({ name }) => name)).toEqual(["train-7b", "prep"]);
  });

  test("names near names when there is none", async ({ stub, platform }) => {
    serve(stub);

    await expect(platform.jobs.resolve("trian-7b")).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining("train-7b"),
    });
  });

  test.for(["d", "tmp-", "Bad_Name", "255b9d", "x".repeat(50)])(
    "finds nothing named %s, which the platform would refuse to look for",
    async (ref, { stub, platform }) => {
      serve(stub);

      await expect(platform.jobs.resolve(ref)).rejects.toMatchObject({ code: "not_found" });
      expect(stub.seen.filter((line) => /[?&]name=/.test(line))).toEqual([]);
    },
  );

  test("looks in the project of the call, newest first", async ({ stub, platform }) => {
    serve(stub);
    await platform.jobs.resolve("prep", { project: "nlp", cluster: "west" });

    const query = new URL(`http://x${stub.seen[0]?.split(" ")[1]}`).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      name: "prep",
      project_name: "nlp",
      cluster_name: "west",
      reverse: "1",
    });
  });

  test("sends nothing for an id with a slash", async ({ stub, platform }) => {
    for (const ref of ["a/b", "job-1/..", "a\u0000b", ""])
      await expect(platform.jobs.resolve(ref)).rejects.toMatchObject({ code: "invalid_argument" });
    expect(stub.seen).toEqual([]);
  });
});

describe("status", () => {
  test("asks for an id at once", async ({ stub, platform }) => {
    serve(stub);

    expect((await platform.jobs.status(id("ffff0000"))).name).toBe("old");
    expect(stub.seen.length).toBe(1);
  });

  test("takes the newest of a name", async ({ stub, platform }) => {
    serve(stub);

    expect((await platform.jobs.status("old")).id).toBe(id("ffff0000"));
  });

  test("leaves a name that is not in the project to the platform", async ({ stub, platform }) => {
    serve(stub);

    await expect(platform.jobs.status("elsewhere")).rejects.toMatchObject({
      code: "not_found",
      serverText: "no such job elsewhere",
    });
    expect(stub.seen.at(-1)).toBe("GET /api/v1/jobs/elsewhere");
  });

  test("encodes what is no plain id", async ({ stub, platform }) => {
    stub.on("GET /api/v1/jobs/", (response) => reply(response, wireJob()));

    await platform.jobs.get("a b+c?#é");

    expect(stub.seen).toEqual(["GET /api/v1/jobs/a%20b+c%3F%23%C3%A9"]);
  });
});

describe("statusMany", () => {
  test("keeps the order and says which failed", async ({ stub, platform }) => {
    serve(stub);
    const refs = ["prep", JOB_ID, id("ffff0000"), "train-7b"];

    const outcomes = await platform.jobs.statusMany(refs);

    expect(outcomes.map(({ ref }) => ref)).toEqual(refs);
    expect(outcomes.map((outcome) => ("job" in outcome ? outcome.job.name : outcome.error.code))).toEqual([
      "prep",
      "not_found",
      "old",
      "train-7b",
    ]);
  });

  test("lists a place once for many that are not there, without a warning", async ({ stub, platform }) => {
    serve(stub);
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const refs = Array.from({ length: 40 }, (_, index) => id(`1a2c3c${10 + index}`));

    const outcomes = await platform.jobs.statusMany(refs, {}, { signal: new AbortController().signal });
    await new Promise(setImmediate);
    process.off("warning", onWarning);

    expect(outcomes.every((outcome) => "error" in outcome && outcome.error.code === "not_found")).toBe(true);
    expect(stub.seen.filter((line) => line.startsWith("GET /api/v1/jobs?"))).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  test("asks for a bounded number at once", async ({ stub, platform }) => {
    let now = 0;
    let most = 0;
    stub.on("GET /api/v1/jobs/", (response) => {
      now += 1;
      most = Math.max(most, now);
      setImmediate(() => {
        now -= 1;
        reply(response, wireJob());
      });
    });

    await platform.jobs.statusMany(Array.from({ length: 60 }, () => JOB_ID));

    expect(most).toBeLessThanOrEqual(8);
  });
});
